# builtin_policies.cmake - lists every policies/*.c in builtin_policies.c, sorted by name.
#
# policies/round_robin.c defines NEAP_POLICY(round_robin): the file's name is the link.
set(policy_externs "")
set(policy_entries "")
foreach(source ${policy_sources})
  get_filename_component(name ${source} NAME_WE)
  string(APPEND policy_externs "extern const neap_policy neap_policy_${name};\n")
  string(APPEND policy_entries "    &neap_policy_${name},\n")
endforeach()
configure_file(cmake/builtin_policies.c.in builtin_policies.c @ONLY)
