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

neap_leave_out("attach_test|os_attach_test|api_attach_.*|(nobody_)?cli_attach"
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
