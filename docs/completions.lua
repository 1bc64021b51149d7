-- completions.lua - writes what shells complete: neap docs/completions.lua FOLDER
--
-- FOLDER/neap.bash, FOLDER/_neap (zsh) and FOLDER/neap.fish, all from the verbs' own tables:
-- verbs, options, the words that an option takes, policies, files.
local verbs = dofile "docs/verbs.lua"

local folder = assert(arg[1], "usage: neap docs/completions.lua FOLDER")
local all = verbs.list()
local policies = table.concat(verbs.policies(), " ")

local function names_of(list, key)
  local names = {}
  for _, entry in ipairs(list) do names[#names + 1] = entry[key] end
  return table.concat(names, " ")
end

local VERBS = names_of(all, "name")
local ACTIONS = table.concat(verbs.ACTIONS, " ")

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- A template with $NAME filled in.
local function fill(template, values)
  return (template:gsub("%$%$(%u+)", values))
end

-- bash.

local BASH = [==[
# neap.bash - completions of neap for bash; written by docs/completions.lua.

# Files, and directories to look into; and the words in $1.
_neap_files()
{
    compopt -o filenames 2>/dev/null
    COMPREPLY+=($(compgen -W "$1" -- "$cur") $(compgen -f -- "$cur"))
}

_neap_words()
{
    COMPREPLY=($(compgen -W "$1" -- "$cur"))
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=:] ]] && compopt -o nospace 2>/dev/null
    return 0
}

# The value of option $2 of verb $1; false where it takes none.
_neap_value()
{
    case "$1 $2" in
$$VALUES
    *) return 1 ;;
    esac
}

# The words of verb $1 that are no options; $2: how many there are before.
_neap_place()
{
    case "$1 $2" in
$$PLACES
    *) return 0 ;;
    esac
}

_neap_options()
{
    case "$1" in
$$OPTIONS
    esac
}

_neap()
{
    local cur prev verb=${COMP_WORDS[1]} i places=0 dashes=0
    local policies="$$POLICIES"

    COMPREPLY=()
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}
    if ((COMP_CWORD == 1)); then
        _neap_files "$$VERBS --help --version"
        return
    fi
    if [[ $cur == "=" ]]; then # --option=
        cur=
    elif [[ $prev == "=" ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 2; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --) dashes=1 ;;
        -*) ;;
        *) _neap_value "$verb" "${COMP_WORDS[i - 1]}" >/dev/null || ((places++)) ;;
        esac
    done
    COMPREPLY=()
    if ((dashes)); then
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -c -- "$cur") $(compgen -f -- "$cur"))
    elif _neap_value "$verb" "$prev"; then
        return
    elif [[ $cur == -* ]]; then
        _neap_words "$(_neap_options "$verb")"
    else
        _neap_place "$verb" "$places"
    fi
} && complete -F _neap neap
]==]

local function bash_value(option)
  if option.kind == "words" then
    return ('_neap_words "%s"'):format(table.concat(option.words, " "))
  elseif option.kind == "policy" then return '_neap_files "$policies"'
  elseif option.kind == "file" then return '_neap_files ""'
  end
  return ":"
end

local PLACE_IN_BASH = {
  file = '_neap_files ""', any = ":", verb = ('_neap_words "%s"'):format(VERBS),
  action = ('_neap_words "%s"'):format(ACTIONS), policy = '_neap_files "$policies"',
}

local function bash()
  local values, places, options = {}, {}, {}
  for _, verb in ipairs(all) do
    local names = {}
    for _, option in ipairs(verb.options) do
      for _, name in ipairs(option.names) do names[#names + 1] = name end
      if option.kind ~= "none" then
        local keys = {}
        for i, name in ipairs(option.names) do keys[i] = ('"%s %s"'):format(verb.name, name) end
        values[#values + 1] = ("    %s) %s ;;"):format(table.concat(keys, " | "),
          bash_value(option))
      end
    end
    options[#options + 1] = ('    %s) echo "%s" ;;'):format(verb.name, table.concat(names, " "))
    for i, place in ipairs(verb.places) do
      local number = i == #verb.places and "*" or tostring(i - 1)
      places[#places + 1] = ('    "%s "%s) %s ;;'):format(verb.name, number,
        PLACE_IN_BASH[place])
    end
  end
  return fill(BASH, { VALUES = table.concat(values, "\n"), PLACES = table.concat(places, "\n"),
    OPTIONS = table.concat(options, "\n"), VERBS = VERBS, POLICIES = policies })
end

-- zsh.

local ZSH = [==[
#compdef neap
# _neap - completions of neap for zsh; written by docs/completions.lua.

_neap_policies()
{
    local -a names=($$POLICIES)
    _describe policy names
    _files -g '*.lua'
}

_neap_verbs()
{
    local -a names=(
$$VERBS
    )
    _describe verb names
}

_neap()
{
    local context state state_descr line
    typeset -A opt_args

    _arguments -C '1:verb:->verb' '*::word:->word' && return
    case $state in
    verb)
        _neap_verbs
        _files -g '*.lua'
        ;;
    word)
        case $line[1] in
$$CASES
        *) _files ;;
        esac
        ;;
    esac
}

_neap "$@"
]==]

local function zsh_text(text)
  return verbs.short(text):gsub("[%[%]:\\]", "\\%0")
end

local function zsh_value(option)
  if option.kind == "none" then return "" end
  local what = option.argument:gsub("[%[%]: ]", "")
  local how = option.kind == "words" and "(" .. table.concat(option.words, " ") .. ")"
    or option.kind == "policy" and "_neap_policies" or option.kind == "file" and "_files" or ""
  how = how:gsub(":", "\\:")
  return (":%s:%s"):format(what, how)
end

local PLACE_IN_ZSH = { file = "_files", any = "", verb = "_neap_verbs",
  action = "(" .. ACTIONS .. ")", policy = "_neap_policies" }

local function zsh_case(verb)
  local words = {}
  for _, option in ipairs(verb.options) do
    for _, name in ipairs(option.names) do
      local sign = option.kind ~= "none" and name:find "^%-%-" and "=" or ""
      words[#words + 1] = quote(("*%s%s[%s]%s"):format(name, sign, zsh_text(option.about),
        zsh_value(option)))
    end
  end
  for i, place in ipairs(verb.places) do
    words[#words + 1] = quote(("%s:%s:%s"):format(i == #verb.places and "*" or i, place,
      PLACE_IN_ZSH[place]))
  end
  if verb.takes_program then words[#words + 1] = "'*:: :_normal'" end
  return ("        %s)\n            _arguments -s \\\n                %s\n            ;;")
    :format(verb.name, table.concat(words, " \\\n                "))
end

local function zsh()
  local cases, lines = {}, {}
  for i, verb in ipairs(all) do
    cases[i] = zsh_case(verb)
    lines[i] = "        " .. quote(verb.name .. ":" .. zsh_text(verb.summary))
  end
  return fill(ZSH, { POLICIES = policies, VERBS = table.concat(lines, "\n"),
    CASES = table.concat(cases, "\n") })
end

-- fish.

local FISH = [==[
# neap.fish - completions of neap for fish; written by docs/completions.lua.
set -l verbs $$VERBS
set -l policies $$POLICIES
set -l none "not __fish_seen_subcommand_from $verbs"

]==]

local function fish_value(option)
  if option.kind == "none" then return "" end
  if option.kind == "words" then
    return " -x -a " .. quote(table.concat(option.words, " "))
  elseif option.kind == "policy" then return ' -r -a "$policies"'
  elseif option.kind == "file" then return " -r -F" end
  return " -x"
end

local PLACE_IN_FISH = { file = "-F", verb = '-f -a "$verbs"', action = "-a " .. quote(ACTIONS),
  policy = '-a "$policies"' }

local function fish()
  local lines = {}
  local function out(...) lines[#lines + 1] = string.format(...) end
  for _, verb in ipairs(all) do
    out('complete -c neap -n "$none" -a %s -d %s', verb.name, quote(verbs.short(verb.summary)))
    local seen = quote("__fish_seen_subcommand_from " .. verb.name)
    for _, option in ipairs(verb.options) do
      local short = option.short and " -s " .. option.short:sub(2) or ""
      out("complete -c neap -n %s%s -l %s%s -d %s", seen, short, option.long:sub(3),
        fish_value(option), quote(verbs.short(option.about)))
    end
    for _, place in ipairs(verb.places) do
      if PLACE_IN_FISH[place] then out("complete -c neap -n %s %s", seen, PLACE_IN_FISH[place]) end
    end
  end
  return fill(FISH, { VERBS = VERBS, POLICIES = policies }) .. table.concat(lines, "\n") .. "\n"
end

verbs.write(folder .. "/neap.bash", bash())
verbs.write(folder .. "/_neap", zsh())
verbs.write(folder .. "/neap.fish", fish())
