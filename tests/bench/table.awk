# KEY VALUE lines of a run to the table. Thresholds are the columns first, must reach and stretch of docs/BENCHMARKS.md.
$1 == "peer" {
	if ($2 ~ /\+ed25519$/ && $4 > signed[$3]) { signed[$3] = $4; signed_by[$3] = $2 }
	if ($2 == "jetstream" && $3 == 4096) jetstream = $4
	next
}
{ n[$1] = $2 }

# 12345.6 as 12,345; small numbers with a digit or two.
function group(x,    s, out) {
	s = sprintf("%d", x)
	while (length(s) > 3) { out = "," substr(s, length(s) - 2) out; s = substr(s, 1, length(s) - 3) }
	return s out
}
function show(x) { return x == "" ? "-" : x >= 100 ? group(x + 0.5) : x >= 10 ? sprintf("%.1f", x) : sprintf("%.2f", x) }
function mib(x) { return x == "" ? "" : x / 1048576 }
function min(a, b) { return a < b ? a : b }

# What is reached of three thresholds ("" is none); `more`: higher is better.
function reached(x, first, must, stretch, more) {
	if (x == "") return "not measured"
	if (stretch != "" && (more ? x >= stretch : x <= stretch)) return "stretch"
	if (must != "" && (more ? x >= must : x <= must)) return "must"
	if (first != "" && (more ? x >= first : x <= first)) return "first"
	return first == "" ? "not must" : "NOT FIRST"
}
# A tail: within the bound, or within three times of what six syncs of this disk took at their own p99 in the same seconds.
function reached_beside(x, must, stretch, sync,    r) {
	r = reached(x, "", must, stretch, 0)
	return r == "not must" && x <= 18 * sync ? "must, by disk" : r
}
function row(name, figure, limit, ratio, thresholds, what) {
	printf "%-36s %9s  %-27s %-7s %-16s %s\n", name, figure, limit, ratio, thresholds, what
}
function of_limit(x, limit, what) { return limit > 0 && x != "" ? sprintf("%.0f %% of %s %s", 100 * x / limit, show(limit), what) : "-" }
function times(x, limit, what) { return limit > 0 && x != "" ? sprintf("%.1f x %s %s", x / limit, show(limit), what) : "-" }
function peer_row(name, x, bytes, limit, what, first, must, stretch,    r) {
	r = signed[bytes] > 0 ? x / signed[bytes] : ""
	row(name, show(x), of_limit(x, limit, what), r == "" ? "-" : sprintf("%.2f x", r), first " / " must " / " stretch " x",
	    r == "" ? "no peers" : reached(r, first, must, stretch, 1))
}

function share(x, limit) { return limit > 0 && x != "" ? x / limit : "" }
function large_row(what, way,    x) {
	x = share(n[what "_" way], n[what "_cli"])
	row(sprintf("%s MiB %s, %s, MB/s", group(mib(n["gateway_large_bytes"])), what, way), show(n[what "_" way]),
	    sprintf("%.0f %% of %s by command", 100 * x, show(n[what "_cli"])), "-", "- / 0.7 / -", reached(x, "", 0.7, "", 1))
}
function gateway_rows(    k, list, i, count) {
	count = split("1 4 16 64", list, " ")
	for (i = 1; i <= count; i++) {
		k = list[i]
		row("gateway, TLS, " k " at once, docs/s", show(n["rest_" k]), sprintf("%.0f %% of %s by socket", 100 * n["rest_of_socket_" k], show(n["socket_" k])), "-",
		    k < 16 ? "-" : "- / 2000, 0.5 / -", k < 16 ? "-" : n["rest_" k] >= 2000 && n["rest_of_socket_" k] >= 0.5 ? "must" : "not must")
	}
	large_row("up", "tls"); large_row("up", "plain"); large_row("down", "tls"); large_row("down", "plain")
	row("resident gateway, idle, MiB", show(mib(n["gateway_idle_rss_bytes"])), "-", "-", "- / 24 / -", reached(mib(n["gateway_idle_rss_bytes"]), "", 24, "", 0))
	row("resident gateway, most, MiB", show(mib(n["gateway_peak_rss_bytes"])), "-", "-", "- / 64 / -", reached(mib(n["gateway_peak_rss_bytes"]), "", 64, "", 0))
	print ""
	print "processor time of a document over the gateway, us (1, 4, 16, 64 at once); over the socket"
	printf "  gateway %6d %6d %6d %6d\n", n["rest_gateway_us_1"], n["rest_gateway_us_4"], n["rest_gateway_us_16"], n["rest_gateway_us_64"]
	printf "  daemon  %6d %6d %6d %6d   %6d %6d %6d %6d\n", n["rest_daemon_us_1"], n["rest_daemon_us_4"], n["rest_daemon_us_16"], n["rest_daemon_us_64"],
	       n["socket_daemon_us_1"], n["socket_daemon_us_4"], n["socket_daemon_us_16"], n["socket_daemon_us_64"]
}

function far_rows() {
	if (n["near"] == "") return
	row("4 KiB documents a second, 2,048", show(n["near"]), "-", "-", "-", "-")
	row("with 5 ms more for each sync", show(n["far"]), sprintf("%.0f %% of that", 100 * n["far_of_near"]), "-", "- / 67 % / -", reached(n["far_of_near"], "", 0.667, "", 1))
}

function reads_rows() {
	if (n["reads_ms"] == "") return
	row("slowest of look-ups and filters, ms", show(n["reads_ms"]), "+ " show(n["reads_ms"] - n["reads_process_ms"]) " to " show(n["reads_process_ms"]) " for a process", "-",
	    "50 / 50 / 25", reached(n["reads_ms"], 50, 50, 25, 0))
	row("the first question after a start, ms", show(n["reads_first_huyen-1"]), "-", "-", "-", "-")
	row("resident, " group(n["reads_documents"]) " archived, read, MiB", show(mib(n["reads_rss_bytes"])), "-", "-", "- / 64 / 32", reached(mib(n["reads_rss_bytes"]), "", 64, 32, 0))
	print ""
	print "look-ups and filters, ms (slowest: " n["reads_slowest"] "):"
	for (k in n)
		if (k ~ /^read_/) printf "  %s %s\n", substr(k, 6), show(n[k]) | "sort"
	close("sort")
}

END {
	printf "%-36s %9s  %-27s %-7s %-16s %s\n", "measure", "figure", "limit of this machine", "peer", "first/must/str.", "reached"
	if (n["docs_4k"] == "") { # BENCH=far, BENCH=gateway, BENCH=reads
		far_rows()
		if (n["rest_64"] != "") gateway_rows()
		reads_rows()
		printf "\nload %s before and %s after\n", n["load_before"], n["load_after"]
		exit
	}
	peer_row("4 KiB documents a second", n["docs_4k"], 4096, n["limit_curve_4k_per_s"], "by CURVE", 1, 3, 4)
	peer_row("1 MB documents a second", n["docs_1m"], 1000000, min(n["limit_file_1m_parallel_per_s"] / 2, n["limit_curve_bytes_per_s"] / 1e6),
		 n["limit_file_1m_parallel_per_s"] / 2 < n["limit_curve_bytes_per_s"] / 1e6 ? "by disk" : "by CURVE", 0.75, 0.9, 1.1)
	row("4 KiB, processor time both ends, us", show(n["us_docs_4k"]), "-", "-", "- / 75 / -", reached(n["us_docs_4k"], "", 75, "", 0))
	six = 6000 / n["limit_sync_per_s"]
	row("one hop at 100/s, p50, ms", show(n["latency_p50_ms"]), times(n["latency_p50_ms"], six, "for 6 syncs"), "-", "5 / 3.5 / 3",
	    reached(n["latency_p50_ms"], 5, 3.5, 3, 0))
	row("one hop at 100/s, p99, ms", show(n["latency_p99_ms"]), times(n["latency_p99_ms"], 6 * n["latency_sync_p99_ms"], "for 6 syncs p99"), "-",
	    "- / 10 / 6", reached_beside(n["latency_p99_ms"], 10, 6, n["latency_sync_p99_ms"]))
	row("one at a time, documents a second", show(n["one_at_a_time"]), of_limit(n["one_at_a_time"], n["limit_sync_per_s"] / 6, "by syncs"), "-", "-", "-")
	row(sprintf("hoa toc behind %s MiB, p99, ms", group(mib(n["urgent_bytes"]))), show(n["urgent_p99_ms"]), times(n["urgent_p99_ms"], 6 * n["urgent_sync_p99_ms"], "for 6 syncs p99"),
	    "-", "1000 / 40 / 20", reached_beside(n["urgent_p99_ms"], 40, 20, n["urgent_sync_p99_ms"]))
	f = n["fan_out_subordinates"]
	row("one directive to " f ", all receipts, s", show(n["fan_out_s"]), times(n["fan_out_s"], 2 * f / n["limit_sync_per_s"], "for syncs"), "-",
	    "- / 0.06 / 0.04", reached(n["fan_out_s"], "", 0.6 * f / 1000, 0.4 * f / 1000, 0))
	row("resident, idle, MiB", show(mib(n["idle_rss_bytes"])), "-", "-", "16 / 16 / 12", reached(mib(n["idle_rss_bytes"]), 16, 16, 12, 0))
	row("resident, " group(n["queued_documents"]) " queued, MiB", show(mib(n["queued_rss_bytes"])), "-", "-", "- / 96 / 48",
	    reached(mib(n["queued_rss_bytes"]), "", 96, 48, 0))
	row("resident, " group(n["queued_documents"]) " archived, MiB", show(mib(n["archived_rss_bytes"])), "-", "-", "- / 64 / 32",
	    reached(mib(n["archived_rss_bytes"]), "", 64, 32, 0))
	row("start-up with that archive, ms", show(n["start_ms"]), times(n["start_ms"], n["limit_start_ms"], "for a process"), "-", "- / 1000 / 200",
	    reached(n["start_ms"], "", 1000, 200, 0))
	row("slowest read command there, ms", show(n["command_ms"]), times(n["command_ms"], n["limit_start_ms"], "for a process"), "-", "50 / 50 / 15",
	    reached(n["command_ms"], 50, 50, 15, 0))

	if (n["rest_64"] != "") gateway_rows()
	reads_rows()

	print ""
	print "counted by the daemons, for each document      4 KiB: origin  recipient     1 MB: origin  recipient"
	printf "  signatures %41.3f %10.3f %16.3f %10.3f\n", n["signatures_docs_4k_tinh"], n["signatures_docs_4k_huyen"], n["signatures_docs_1m_tinh"],
	       n["signatures_docs_1m_huyen"]
	printf "  syncs      %41.3f %10.3f %16.3f %10.3f\n", n["syncs_docs_4k_tinh"], n["syncs_docs_4k_huyen"], n["syncs_docs_1m_tinh"], n["syncs_docs_1m_huyen"]
	print ""
	printf "a sync of the disk meanwhile, ms, p50 and p99: at one hop %s and %s, behind %s MiB %s and %s\n", show(n["latency_sync_p50_ms"]),
	       show(n["latency_sync_p99_ms"]), group(mib(n["urgent_bytes"])), show(n["urgent_sync_p50_ms"]), show(n["urgent_sync_p99_ms"])
	printf "this machine: %d cores, load %s before and %s after; %s syncs/s; files of 1 MB synced: %s/s one writer, %s/s four;\n", n["limit_cores"],
	       n["load_before"], n["load_after"], show(n["limit_sync_per_s"]), show(n["limit_file_1m_per_s"]), show(n["limit_file_1m_parallel_per_s"])
	printf "  Ed25519 %s signs/s, %s verifies/s a core; SHA-256 %s MB/s a core; CURVE %s messages/s of 4 KiB, %s MB/s in 32 KiB\n",
	       show(n["limit_sign_per_s"]), show(n["limit_verify_per_s"]), show(n["limit_sha256_bytes_per_s"] / 1e6), show(n["limit_curve_4k_per_s"]),
	       show(n["limit_curve_bytes_per_s"] / 1e6)
	if (signed[4096] > 0)
		printf "best signed peers: 4 KiB %s %s/s, 1 MB %s %s/s; JetStream bare, 4 KiB: %s/s, ours %.2f x\n", signed_by[4096], show(signed[4096]),
		       signed_by[1000000], show(signed[1000000]), show(jetstream), (jetstream > 0 ? n["docs_4k"] / jetstream : 0)
	if (n["command_ms"] != "") print "read commands, ms (slowest: " n["command_slowest"] "):"
	for (k in n)
		if (k ~ /^command_/ && k != "command_ms" && k != "command_slowest") printf "  %s %s\n", substr(k, 9), show(n[k]) | "sort"
	close("sort")
}
