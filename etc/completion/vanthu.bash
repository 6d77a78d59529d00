# Completion of vanthu for bash.   eval "$(vanthu completion bash)"
# All that can be offered comes from `vanthu completion words`: a new command or option needs nothing here.

# One word as the shell would read it: without its quotes and backslashes, with ~ and variables filled in. Nothing is run.
_vanthu_plain() { # WORD; in $plain
	local word=$1 quote='' c name
	plain=''
	case $word in
	'~') word=$HOME ;;
	'~/'*) plain=$HOME word=${word#'~'} ;;
	esac
	while [ -n "$word" ]; do
		c=${word:0:1} word=${word:1}
		if [ "$quote" = "'" ]; then
			if [ "$c" = "'" ]; then quote=''; else plain+=$c; fi
		elif [ "$c" = "\\" ]; then
			if [ -n "$quote" ] && [[ ${word:0:1} != [\\\"\$\`] ]]; then plain+=$c; fi
			plain+=${word:0:1} word=${word:1}
		elif [ "$c" = '"' ]; then
			if [ -n "$quote" ]; then quote=''; else quote='"'; fi
		elif [ "$c" = "'" ] && [ -z "$quote" ]; then
			quote="'"
		elif [ "$c" = '$' ] && [[ $word =~ ^(\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*)) ]]; then
			name=${BASH_REMATCH[2]}${BASH_REMATCH[3]}
			word=${word:${#BASH_REMATCH[0]}}
			plain+=${!name-}
		else
			plain+=$c
		fi
	done
}

# The line's words as vanthu gets them, the last up to the cursor. readline has cut at = and : as well; they are put together again.
_vanthu_words() { # in $words; what readline takes for the last word, in $last
	local i word glue=1 plain
	words=() last=''
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		last=$word
		if [[ ${#words[@]} -gt 0 && $glue = 1 && ${words[-1]} = *[=:] ]] ||
			[[ ${#words[@]} -gt 0 && ( $word = : || ( $word = = && ${words[-1]} = --* ) ) ]]; then
			words[-1]+=$word
			glue=1
		else
			words+=("$word")
			glue=0
		fi
		case $word in = | :) last='' ;; esac
	done
	for i in "${!words[@]}"; do
		_vanthu_plain "${words[i]}"
		words[i]=$plain
	done
}

_vanthu() {
	local IFS=$' \t\n' words last line word cut head
	_vanthu_words
	COMPREPLY=()
	# What stands before the part that readline replaces.
	cut=${words[-1]-}
	cut=${cut##*[=:]}
	head=${words[-1]-}
	head=${head%"$cut"}
	[[ ${words[-1]-} = --*=* ]] && head=${head#--*=}
	while IFS= read -r line; do
		word=${line%%$'\t'*}
		if [ -z "$word" ]; then
			compopt -o filenames 2>/dev/null
			case ${line#*$'\t'} in
			files) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cut") ;;
			folders) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$cut") ;;
			esac
			continue
		fi
		case $word in "$head"*) word=${word#"$head"} ;; esac
		case $last in
		\"*) word=${word//\\/\\\\} word=${word//\"/\\\"} word=${word//\$/\\\$} word=${word//\`/\\\`} ;;
		\'*) word=${word//\'/\'\\\'\'} ;;
		*) printf -v word %q "$word"; word=${word//\\,/,} ;;
		esac
		COMPREPLY+=("$word")
	done < <("${COMP_WORDS[0]/#\~/$HOME}" completion words -- "${words[@]}" 2>/dev/null)
}
complete -F _vanthu vanthu
