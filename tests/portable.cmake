# portable.cmake - what a portable build is not tested for, and why. Everything else passes.
#
# Of the tests whose name the expression matches as a whole: those after CASES, or, without
# them, all. LuaUnit and cmocka are told by name what to leave out.
function(neap_leave_out tests)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "REASON" "CASES")
  set_property(GLOBAL APPEND PROPERTY NEAP_LEFT_OUT "${tests}")
  string(MAKE_C_IDENTIFIER "${tests}" key)
  set_property(GLOBAL APPEND PROPERTY NEAP_LEFT_OUT_${key} ${arg_CASES})
endfunction()

# What is left out of the test `name`: "" nothing, ALL, or cases.
function(neap_left_out variable name)
  get_property(all GLOBAL PROPERTY NEAP_LEFT_OUT)
  set(left "")
  foreach(tests ${all})
    if(NEAP_PORTABLE AND name MATCHES "^(${tests})$")
      string(MAKE_C_IDENTIFIER "${tests}" key)
      get_property(cases GLOBAL PROPERTY NEAP_LEFT_OUT_${key})
      if(cases)
        list(APPEND left ${cases})
      else()
        set(left ALL)
        break()
      endif()
    endif()
  endforeach()
  set(${variable} "${left}" PARENT_SCOPE)
endfunction()

neap_leave_out("attach_(death_)?test|os_attach_test|api_attach_.*|(nobody_)?cli_attach"
  REASON "who belongs to a process that neap did not start is not known: it is refused")
neap_leave_out("os_cgroup_test|(nobody_)?cli_freeze" REASON "there are no cgroups")
neap_leave_out("os_tree_test" REASON "who descends from whom is not known")
neap_leave_out("os_guard_keeper_test|(nobody_)?cli_adopt|lost_test"
  REASON "without subreapers no tasks are taken over from a guard that died")
neap_leave_out("(nobody_)?cli_(escape|escape_.*|canary|tree_share)"
  REASON "who leaves the group of its task is not found")
neap_leave_out("(nobody_)?cli_facts_world" REASON "the facts are about Linux")
neap_leave_out("os_rank_test|rank_test" REASON "neap's own thread has no rank in POSIX"
  CASES nice_goes_down_as_far_as_it_may nice_is_never_raised realtime_is_left_again
    a_process_of_our_own_is_raised_and_given_back)
neap_leave_out("os_place_test" REASON "POSIX binds nobody to a CPU"
  CASES the_load_grows a_tree_is_placed_with_all_that_is_in_it)
neap_leave_out("os_guard_test" REASON "POSIX binds nobody to a CPU"
  CASES a_task_starts_on_the_cpus_that_it_was_given)
neap_leave_out("os_guard_test" REASON "two signals are hidden by glibc"
  CASES the_signals_of_the_host_are_not_inherited)
neap_leave_out("os_guard_pass_test" REASON "there are no cgroups"
  CASES a_task_is_made_in_its_cgroup a_cgroup_that_is_not_there_fails_the_spawn
    without_clone3_a_task_is_moved_to_its_cgroup)
neap_leave_out("os_guard_pass_test" REASON "what a process inherits cannot be read"
  CASES whoever_descends_from_a_task_is_known_by_it
    a_descendant_without_an_environment_is_known_all_the_same
    a_descendant_that_has_changed_its_limits_is_known_by_its_environment
    a_tag_is_found_in_any_environment)
neap_leave_out("os_rescue_test" REASON "a record alone does not say who is who: see rescue"
  CASES a_group_lives_on_without_the_member_that_it_was_noted_with)
neap_leave_out("os_guard_test" REASON "there is no class of those that others run before"
  CASES a_task_leads_a_group_in_the_guards_session)
neap_leave_out("os_guard_end_test" REASON "orphans go to process 1, and not to the guard"
  CASES what_a_leader_leaves_in_its_group_is_told
    orphans_are_told_with_their_cpu_time_to_who_asks of_many_orphans_no_time_is_lost)
neap_leave_out("os_guard_end_test" REASON "what children have used is told when one is reaped"
  CASES an_exit_tells_the_cpu_time_of_what_was_waited_for_too)
neap_leave_out("os_guard_end_test"
  REASON "who leaves the group of its task is not found (os_guard_death, cli_group_death)"
  CASES close_ends_everything a_killed_runtime_takes_everything_with_it
    the_tasks_of_a_killed_runtime_are_asked_once_before a_killed_runtime_leaves_nothing_stopped)
neap_leave_out("limits_test" REASON "users, I/O classes, binding and no_new_privs are Linux's"
  CASES a_task_runs_in_its_class root_may_use_the_realtime_classes a_task_has_its_io_class
    a_task_has_its_umask_and_no_new_privileges a_task_stays_on_the_cpus_that_it_is_bound_to
    root_may_run_a_task_as_another_user the_directory_is_entered_as_the_user
    a_limit_of_processes_holds_for_a_user what_cannot_be_here_is_refused_before_the_spawn
    root_is_not_held_to_a_number_of_processes a_plain_user_is_told_what_he_may_not_have
    a_limit_that_fails_in_the_child_is_named)
neap_leave_out("(nobody_)?cli_limits" REASON "users, classes and binding to CPUs are Linux's"
  CASES test_a_pinned_task_follows test_a_plain_user_is_refused test_limits_hold_for_every_task
    test_pinned_tasks_have test_root_may_choose_a_user test_tasks_are_bound_to_CPUs
    test_the_class_of_scheduling test_a_job_that_cannot_be_counts test_what_cannot_be_here)
neap_leave_out("(nobody_)?cli_(agent_host|ci_runner)|example_agent.*"
  REASON "what they start must have no_new_privs")
neap_leave_out("(nobody_)?cli_blocks" REASON "the pages use users, CPUs and attach"
  CASES test_the_blocks_of_docs_LIMITS test_the_blocks_of_docs_SCRIPTING
    test_the_blocks_of_docs_TUTORIAL)
neap_leave_out("api_overtime_.*" REASON "what has left the group of its task is not found"
  CASES test_a_deadline_ends_the_waiting test_by_default_they_are_ended
    test_who_waits_for_them_can_be_ended test_with_wait_the_exit_is_told)
neap_leave_out("(nobody_)?cli_blocked" REASON "who sleeps is not known: it keeps its turn"
  CASES test_a_hog_beside_a_sleeper_gets_the_cpu test_a_sleeper_is_not_stopped)
neap_leave_out("(nobody_)?cli_doctor" REASON "the facts are about Linux"
  CASES test_a_container_without_cgroups test_every_fact_is_one_line test_few_descriptors
    test_hidden_processes test_memory_that_must test_no_process_more test_nobody_is_told
    test_root_gets test_without_proc)
neap_leave_out("(nobody_)?cli_death"
  REASON "its tasks leave their groups, and a next guard adopts them: see cli_group_death"
  CASES test_neap_is_killed test_the_guard_is_killed test_the_guard_and_its_keeper)
neap_leave_out("(nobody_)?cli_leaves|(nobody_)?cli_facts_hold"
  REASON "of a process alone neither its parent nor its state is known")
neap_leave_out("(nobody_)?cli_rank" REASON "neap's own thread has no rank in POSIX"
  CASES test_a_nice_that_somebody test_a_task_has_the_nice test_realtime)
neap_leave_out("(nobody_)?cli_process" REASON "who leaves the group of its task is not found"
  CASES test_a_descendant_in test_leftovers_in_a_group_of_their_own test_one_that_comes_late)
neap_leave_out("(nobody_)?cli_process" REASON "no binding to CPUs, no SCHED_BATCH; glibc's signals"
  CASES test_tasks_are_confined test_a_task_leads_its_group test_a_task_ignores_HUP)
neap_leave_out("(nobody_)?cli_rescue"
  REASON "nothing tells whether a number of a record is still who it was: none is ended"
  CASES test_what_both_left_behind test_it_is_listed test_the_next_start_heals
    test_a_living_neap)
neap_leave_out("(nobody_)?cli_stats" REASON "no binding to CPUs is told of"
  CASES test_verbose_tells_of_placement)
neap_leave_out("(nobody_)?cli_replay" REASON "what leaves the group of its task is not charged"
  CASES test_what_a_task_left_behind_is_charged)
neap_leave_out("(nobody_)?cli_trace" REASON "who sleeps is not known: none wakes"
  CASES test_reports_and_wakes_are_lines test_turns_stand_in_order)
neap_leave_out("(nobody_)?cli_faults"
  REASON "a guard that is cut off is lost, and a zombie is not told from who lives: the run ends
    after the grace time; and there is no second way to signal"
  CASES test_reads_of_neap test_signals_of_neap_and_the_guard)
