# shellcheck shell=bash
# What processes use: processor time and memory, read from /proc.  Sourced by bench/http/run.

# tree PID: its id, and those of all processes below it
tree()
{
	local child
	echo "$1"
	# shellcheck disable=SC2013
	for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do tree "$child"; done
}

# child_named PID NAME: the child of that name
child_named()
{
	local child
	# shellcheck disable=SC2013
	for child in $(cat "/proc/$1/task/"*/children); do
		[ "$(cat "/proc/$child/comm" 2>/dev/null)" != "$2" ] || echo "$child"
	done
}

# ticks PID…: user and system time of these, and of the children that each has waited for
ticks()
{
	local pid
	for pid; do cat "/proc/$pid/stat" 2>/dev/null || true; done |
		sed 's/.*) //' | awk '{ n += $12 + $13 + $14 + $15 } END { print n + 0 }'
}

# used PID: clock ticks of a process and all below it, those that have ended included. A child's time
# moves to its parent (cutime and cstime) when it ends: if that happens meanwhile, it counts anew.
used()
{
	local ended sum
	[ -n "$1" ] || { echo 0; return; }
	while true; do
		ended=$(children_ended "$1")
		# shellcheck disable=SC2046
		sum=$(ticks $(tree "$1"))
		[ "$ended" != "$(children_ended "$1")" ] || break
	done
	echo "$sum"
}

children_ended() { sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 14,15; }

# busy: clock ticks of all cores, whoever had them; other machines' (steal) too
busy() { awk '$1 == "cpu" { print $2 + $3 + $4 + $7 + $8 + $9 }' /proc/stat; }

# memory PID…: MiB of these and all below them. What processes share counts in parts (PSS).
memory()
{
	local pid
	for pid; do tree "$pid"; done | while read -r pid; do cat "/proc/$pid/smaps_rollup"; done |
		awk '$1 == "Pss:" { n += $2 } END { print n / 1024 }'
}
