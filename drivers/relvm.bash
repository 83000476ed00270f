# bash completion for relvm(8)                             -*- shell-script -*-
# SPDX-License-Identifier: LGPL-2.1-only

_relvm()
{
	local commands="list inspect plan resign recover verify"
	local common="--json --luns --initiator-name --password-file
		--target-user --target-password-file --verbose --help --version"
	local writing="--yes --jobs --initiator"
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local word command= options=$common

	COMPREPLY=()
	case $prev in
	--luns | --map | --save-map | --password-file | --target-password-file)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
		return
		;;
	--snapshots)
		mapfile -t COMPREPLY < <(compgen -W "keep drop" -- "$cur")
		return
		;;
	--initiator)
		mapfile -t COMPREPLY < <(compgen -W "libiscsi open-iscsi" \
			-- "$cur")
		return
		;;
	--jobs | -j | --from | --sr-uuid | --initiator-name | --target-user)
		return
		;;
	esac
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case " $commands " in
		*" $word "*)
			command=$word
			break
			;;
		esac
	done
	case $command in
	inspect) options+=" --jobs" ;;
	plan) options+=" --from --sr-uuid --map --save-map --snapshots" ;;
	resign) options+=" $writing --from --sr-uuid --map --snapshots" ;;
	recover) options+=" $writing" ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
	elif [[ -z $command ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
	fi
}
complete -F _relvm relvm
