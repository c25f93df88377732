# Recording by the shell's own builtins, for bash and zsh: what the executable would write, in one write() a file and without a
# fork. Whatever is not certain to be plain is left to the executable. A shell copies a function when it calls it, and every word of
# it costs: what each entry needs stands in the first one, all else in others. A variable that the user exports is exported when it
# is made local too, so those of the first one have names that are ours: the executable runs commands for the user.
# shellcheck disable=SC2254 # patterns are meant
runlog() {
  local __runlog_status=$?RUNLOG_LOCALE __runlog_first='' __runlog_texts='' __runlog_line __runlog_entry
  RUNLOG_ENTER
  # Left by break where the executable has to do it. A B between a and c: patterns do not mean what they should.
  while [[ $__runlog_nowRUNLOG_KNOWN = $__runlog_moment"$__runlog_known" && B != [a-c] ]] || __runlog_prepare "${1-}"; do
    # The common forms: an action, its description and up to three options, each with a value. A backslash leaves them to the parser.
    case ${1-}.$#.${2-} in
      append.?.*[!A-Z0-9_]*) ;;
      append.9.[A-Z]*)
        __runlog_first=${__runlog_keys[$4]-\\} __runlog_second=${__runlog_keys[$6]-\\} __runlog_third=${__runlog_keys[$8]-\\} \
          __runlog_line=RUNLOG_ACTION[\"$__runlog_first\",\"$5\"],[\"$__runlog_second\",\"$7\"],[\"$__runlog_third\",\"$9\"]]$__runlog_tail \
          __runlog_entry=$__runlog_local$2:\ $3$'\n'$__runlog_first:\ $5$'\n'$__runlog_second:\ $7$'\n'$__runlog_third:\ $9$'\n' \
          __runlog_texts=$3\|\ $5\|\ $7\|\ $9\| __runlog_first+=$__runlog_second$__runlog_third
        ;;
      append.7.[A-Z]*)
        __runlog_first=${__runlog_keys[$4]-\\} __runlog_second=${__runlog_keys[$6]-\\} \
          __runlog_line=RUNLOG_ACTION[\"$__runlog_first\",\"$5\"],[\"$__runlog_second\",\"$7\"]]$__runlog_tail \
          __runlog_entry=$__runlog_local$2:\ $3$'\n'$__runlog_first:\ $5$'\n'$__runlog_second:\ $7$'\n' \
          __runlog_texts=$3\|\ $5\|\ $7\| __runlog_first+=$__runlog_second
        ;;
      append.5.[A-Z]*)
        __runlog_first=${__runlog_keys[$4]-\\} __runlog_line=RUNLOG_ACTION[\"$__runlog_first\",\"$5\"]]$__runlog_tail \
          __runlog_entry=$__runlog_local$2:\ $3$'\n'$__runlog_first:\ $5$'\n' __runlog_texts=$3\|\ $5\|
        ;;
      append.3.[A-Z]*)
        __runlog_line=RUNLOG_ACTION]$__runlog_tail __runlog_entry=$__runlog_local$2:\ $3$'\n' __runlog_texts=$3\|
        ;;
    esac
    # What only the parser understands: a text that is empty or begins with a dash, what JSON escapes, and what cannot be printed.
    case RUNLOG_SHOWN$__runlog_first. in
      RUNLOG_ODD)
        __runlog_parse "$@" || break
        # No code that the log would mark.
        case $__runlog_texts in *[!\ -~]* | *\\u*) break ;; esac
        ;;
    esac

    # Nothing that a rule for secrets may begin with, and room for what stands around the texts. Tokens that have nothing of the rare
    # bits below are long, behind a _, a -, a dot or one of two capitals.
    case $__runlog_texts in
      *_$__runlog_run | *-$__runlog_run | *.$__runlog_run | *A$__runlog_run | *SK[0-9a-f]*) ! __runlog_maybe_token || break ;;
    esac
    case RUNLOG_LOWER in RUNLOG_BITS) ! __runlog_maybe_secret "$@" || break ;; esac
    case ${#__runlog_line} in $__runlog_long | ?????*) break ;; esac

    # One text is one write(), the line feeds of a format are not: no fragment of another writer can come between the line feed in
    # front and the object. A run that was moved away meanwhile has kept nothing; what stands after a run's end is the executable's
    # to warn of.
    if ! builtin printf %s "$__runlog_line" >>"$__runlog_journal" || [[ -e $__runlog_final || ! -f $__runlog_journal ]]; then
      __runlog_again "$@"
      return
    fi
    # The log is a view: what it does not take, finalize writes.
    [[ -z $__runlog_entry ]] || builtin printf %s "$__runlog_entry" >>"$__runlog_log" || :
    RUNLOG_LEAVE
  done
  RUNLOG_THEIRS
  command runlog "$@"
}

# Sets line, entry and all texts from whatever arguments. 1 where only the executable knows what they mean.
__runlog_parse() {
  local word action='' seen='' description='' key='' names='' fields='' text='' json raw
  if [[ ${1-} = metric ]]; then
    # Numbers that JSON writes otherwise than they were given are the executable's.
    (($# == 3)) || return 1
    case $2 in '' | -* | *[!A-Za-z0-9_.%/\ ]*) return 1 ;; esac
    case $3 in '' | *[!0-9.]* | .* | *. | *.*.* | 0[0-9]* | ????????????????*) return 1 ;; esac
    __runlog_texts=$2 __runlog_entry=''
    __runlog_line=RUNLOG_HEAD'Z",'"\"type\":\"metric.measured\",\"name\":\"$2\",\"value\":$3,\"unit\":null,\"limit\":null,\"direction\":null,\"step\":null,\"issue\":null}"$'\n'
    return
  fi
  [[ ${1-} = append ]] || return 1
  for word in "${@:2}"; do
    if [[ -z $key ]]; then
      case $word in
        --field=*) key='=' word=${word#*=} ;;
        --field)
          key='='
          continue
          ;;
        --*=*)
          key=${__runlog_keys[${word%%=*}]-} word=${word#*=}
          [[ -n $key ]] || return 1
          ;;
        --?*)
          key=${__runlog_keys[$word]-}
          [[ -n $key ]] || return 1
          continue
          ;;
        -*) return 1 ;;
        *)
          case $seen in
            '') action=$word seen=. ;;
            .) description=$word seen=.. ;;
            *) return 1 ;;
          esac
          continue
          ;;
      esac
    fi
    if [[ $key = = ]]; then
      key=${word%%=*}
      [[ $word = *=* && $key = [A-Za-z]* && $key != *[!A-Za-z0-9_\ -]* ]] || return 1
      names+=$key= word=${word#*=}
    fi
    case $word in
      '' | - | *[\"\\$'\n\t']*)
        __runlog_escape || return 1
        fields+=",[\"$key\",\"$json\"]" text+=$'\n'$key$raw
        ;;
      *) fields+=",[\"$key\",\"$word\"]" text+=$'\n'"$key: $word" ;;
    esac
    key=
  done
  case $key$action in '' | [!A-Z]* | *[!A-Z0-9_]*) return 1 ;; esac
  word=$description
  case $description in
    '') json=null __runlog_entry=$action$text ;;
    - | *[\"\\$'\n\t']*)
      __runlog_escape || return 1
      json=\"$json\" __runlog_entry=$action$raw$text
      ;;
    *) json=\"$description\" __runlog_entry="$action: $description$text" ;;
  esac
  __runlog_entry=$__runlog_local$__runlog_entry$'\n'
  case ${#__runlog_entry} in $__runlog_long | ?????*) return 1 ;; esac
  # Behind its own key every value is a named one.
  __runlog_texts=$action$json$fields$names
  __runlog_line=RUNLOG_HEAD$__runlog_between$action'","description":'$json',"fields":['${fields#,}]$__runlog_tail
}

# Whether the texts have the beginning of any token.
__runlog_maybe_token() {
  case $__runlog_texts in RUNLOG_TOKENS) return 0 ;; esac
  return 1
}

# Whether an argument has what a rule begins with, or what is named in the texts may be a secret: of an option, or with a value
# behind it.
__runlog_maybe_secret() {
  local IFS=' ' word=RUNLOG_LOWER
  case "$*" in RUNLOG_BEGINNINGS) return 0 ;; esac
  case $word in *[!a-z0-9_-]-[a-z-]* | -[a-z]* | *value* | *env* | *setx* | *:_auth* | *password*[\"\']*) return 0 ;; esac
  case $word in RUNLOG_VALUES) return 0 ;; esac
  case $word in
    *-[a-z-]*)
      case $word in RUNLOG_COMMANDS) return 0 ;; esac
      ;;
  esac
  return 1
}

# Sets json and raw, the text of word for the journal and behind its key in the log; a dash is the standard input.
__runlog_escape() {
  [[ $word != - ]] || return 1
  raw=${word//$'\n'/$'\n  '}
  case $raw in '' | $'\n'*) raw=:$raw ;; *) raw=": $raw" ;; esac
  json=${word//"$__runlog_backslash"/"$__runlog_backslash$__runlog_backslash"}
  json=${json//\"/"$__runlog_backslash\""}
  json=${json//$'\t'/"${__runlog_backslash}t"}
  json=${json//$'\n'/"${__runlog_backslash}n"}
}

# What holds for a second, or until the run, the folder or the shell's options are others. Links are the executable's to refuse,
# files its to make.
__runlog_prepare() {
  local second=${__runlog_now:0:10}
  __runlog_known='' __runlog_moment=$second'RUNLOG_CLOCK'
  RUNLOG_OPTIONS
  [[ $__runlog_now = ??????????RUNLOG_CLOCK ]] || return 1
  [[ $__runlog_place = "${RUNLOG_RUN-} ${RUNLOG_DIR-} $PWD" ]] || __runlog_find || return 1
  [[ -f $__runlog_journal && ! -L $__runlog_journal && -w $__runlog_journal && ! -L $__runlog_folder/journal &&
    ! -L $__runlog_folder && ! -L $__runlog_log && (! -e $__runlog_log || -f $__runlog_log) ]] || return 1
  [[ -s $__runlog_log || $1 = metric ]] || return 1
  if [[ $__runlog_process != "RUNLOG_PROCESS" ]] || ((__runlog_count > 900000)); then
    RUNLOG_CHANCE
  fi
  __runlog_clock || return 1
  [[ ! -s $__runlog_log ]] || __runlog_known=RUNLOG_KNOWN
}

# Finds the run's files. 1 where the executable has to: without RUNLOG_DIR a configuration above may name the store.
__runlog_find() {
  local folder=${RUNLOG_DIR-} up
  case ${RUNLOG_RUN-} in '' | [!A-Za-z0-9_]* | *[!A-Za-z0-9._-]* | *..*) return 1 ;; esac
  if [[ -z $folder ]]; then
    up=$(builtin pwd -P) || return 1
    folder=$up/logs
    while [[ -n $up && ! -e $up/runlog.config.json ]]; do up=${up%/*}; done
    [[ ! -e $up/runlog.config.json ]] || return 1
  fi
  case $folder in /*) ;; *) folder=$PWD/$folder ;; esac
  __runlog_folder=$folder/runs/$RUNLOG_RUN __runlog_final=$folder/runs/$RUNLOG_RUN/_final.json
  __runlog_journal=$__runlog_folder/journal/$__runlog_segment __runlog_log=$__runlog_folder/design-experiment.log
  __runlog_place="$RUNLOG_RUN ${RUNLOG_DIR-} $PWD"
}

# Sets what a line and an entry have of their second. 1 for a zone that the executable may know otherwise.
__runlog_clock() {
  local days era year month offset
  [[ -z ${TZ+.} || -f ${TZDIR:-/usr/share/zoneinfo}/$TZ ]] || return 1
  RUNLOG_LOCAL_TIME
  offset=${__runlog_local##* } __runlog_local=${__runlog_local% *}
  [[ $offset = [+-][0-9][0-9][0-9][0-9] ]] || return 1
  year=${offset#?}
  offset=$((${offset%????}1 * (10#${year%??} * 60 + 10#${year#??})))
  __runlog_local=$'\n'"[$__runlog_local] " __runlog_tail=",\"utc_offset_minutes\":$offset}"$'\n'
  # A UUID of version 7 in the milliseconds of the second's beginning, for each line's own would take a tenth of its time. What counts
  # on follows in each line.
  builtin printf -v __runlog_head '{"v":1,"id":"%08x-%04x-7%s' "$((second * 1000 >> 16))" "$((second * 1000 & 65535))" "$__runlog_chance"
  __runlog_head=$'\n'$__runlog_head
  # Days since 0000-03-01 in eras of 400 years: civil_from_days of Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
  days=$((second / 86400 + 719468))
  era=$((days / 146097)) days=$((days % 146097))
  year=$(((days - days / 1460 + days / 36524 - days / 146096) / 365))
  days=$((days - 365 * year - year / 4 + year / 100))
  month=$(((5 * days + 2) / 153))
  days=$((days - (153 * month + 2) / 5 + 1)) month=$((month < 10 ? month + 3 : month - 9))
  builtin printf -v __runlog_at '","at":"%04d-%02d-%02dT%02d:%02d:%02d.' "$((year + era * 400 + (month <= 2)))" "$month" "$days" \
    "$((second % 86400 / 3600))" "$((second % 3600 / 60))" "$((second % 60))"
}

# What the journal did not take goes to the executable, and so to the spool, under the id of what may have been written in part.
# What even that cannot keep is counted.
__runlog_again() {
  local __runlog_done=0
  RUNLOG_THEIRS
  RUNLOG_EVENT_ID=${__runlog_line:14:36}.$__runlog_process RUNLOG_STRICT=1 command runlog "$@" || __runlog_done=$?
  ((__runlog_done == 74)) || return "$__runlog_done"
  __runlog_lost=$((__runlog_lost + 1))
  [[ ${RUNLOG_STRICT-} != 1 ]] || return 74
}

__runlog_segment=RUNLOG_SEGMENT __runlog_backslash=\\
__runlog_known='' __runlog_moment='' __runlog_place='' __runlog_process='' __runlog_long='[4-9]???'
__runlog_between='Z","type":"action.logged","action":"'
__runlog_run='RUNLOG_TOKEN_RUN'
RUNLOG_DECLARE __runlog_keys
__runlog_keys=(
RUNLOG_FIELDS
)
