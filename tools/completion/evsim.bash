# Completion of evsim's commands, options and files for bash: source this file.
# Written by `evsim completion bash`.
_evsim() {
  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words
  if ((COMP_CWORD == 1)); then command=; fi
  case $command in
    '') words="run check describe list schema compare replay validate completion --help --version" ;;
    run) words="--help --vehicle --set --level --out --format --record --verify --json --jobs --timeout" ;;
    check) words="--help" ;;
    describe) words="parameters signals units --help" ;;
    list) words="vehicles scenarios cycles --help" ;;
    schema) words="vehicle scenario --help --write" ;;
    compare) words="--help --tolerance" ;;
    replay) words="--help" ;;
    validate) words="--help --published --out --jobs --json" ;;
    completion) words="bash --help" ;;
    *) words= ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  if [[ -n $command && $word != -* ]]; then
    compopt -o filenames
    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -F _evsim evsim
