# Completion of runlog for fish: runlog completion fish | source. What may follow is asked of runlog itself.
function __runlog_complete
    set -l program runlog
    set -l words (commandline -opc)
    # An open quote is fish's to keep.
    set -l current (string trim --left --chars '\'"' -- (commandline -ct))
    string match -q '*/*' -- $words[1]
    and set program $words[1]
    set -l answer (command $program completion fish -- $words[2..-1] "$current" 2>/dev/null)
    printf '%s\n' $answer[2..-1]
    set -l before (string match -r '^--[a-z-]+=' -- $current)
    set -l path (string replace -r '^--[a-z-]+=' '' -- $current)
    switch "$answer[1]"
        case files
            for found in (__fish_complete_path "$path")
                printf '%s\n' "$before$found"
            end
        case folders
            for found in (__fish_complete_directories "$path")
                printf '%s\n' "$before$found"
            end
        case 'command *'
            set -l first (math (string replace 'command ' '' -- $answer[1]) + 2)
            complete -C (string join ' ' -- (string escape -- $words[$first..-1]) "$current")
    end
end
complete -c runlog -f -k -a '(__runlog_complete)'
