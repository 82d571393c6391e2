// What the toolkit logs at level warn and above because of the faults themselves (toolkit reference §3.4, §4.2, §4.6, §5, and the
// list of traces in §6). Everything else is for the scenario to allow by name.

import { otherDatacenter, type DatacenterName } from '../model/datacenter.ts'
import type { EventName, LogLine, Timeline } from '../model/timeline.ts'
import { faultSpans, type FaultSpan } from './fault-events.ts'
import { isPassiveSide, livesOf, runEnd } from './liveness.ts'
import { latencyAllowance } from './predicted-windows.ts'

/** A kind of line that some events of the run account for. */
interface ExpectedLine {
  readonly why: string
  /** Of `source: message`. */
  readonly pattern: RegExp
  readonly isExplained: (timeline: Timeline, line: LogLine) => boolean
}

const connectionTrouble =
  /refused|reset|time[d ]?-?out|unreachable|no route|host.*(unknown|not (be )?(found|resolved))|ENOTFOUND|ECONN|EPIPE|ETIMEDOUT|EHOST|socket|connection|no answer|no connection|HTTP status/i

const expectedLines: readonly ExpectedLine[] = [
  {
    // With file storage the operators of the database say at their start that they stay idle (§1.4, row 15).
    why: 'snapshots are stored in files',
    pattern: /^Snapshot(Remover|Inserter|Reader)\w*|CrossDCSnapshotJdbc/,
    isExplained: ({ settings }, { dc }) => settings[dc].dataSnapshotJdbcUrl === '',
  },
  {
    // A missing app config object is told once; settings that come from a file need none (§1.1).
    why: 'the settings come from a configuration file',
    pattern: /no application configuration/,
    isExplained: () => true,
  },
  {
    // A passive application traces everything at level error (§6).
    why: 'the passive side tells what it does',
    pattern: /^(Application_Logic|APP_LAUNCHER|Special_Message_Sender):/,
    isExplained: (timeline, { dc }) => isPassiveSide(timeline, dc),
  },
  {
    // One error trace for each failed POST, whatever alwaysLogHttpErrors says (§1.4, row 18; §3.4).
    why: 'the other datacenter could not be reached',
    pattern: connectionTrouble,
    isExplained: (timeline, line) => isCutOff(timeline, line),
  },
  {
    // An orderly shutdown is told at level error (§4.2).
    why: 'the datacenter was shut down in an orderly way',
    pattern: /orderly ?shutdown/i,
    isExplained: (timeline, { dc, t }) => cameBefore(timeline, { event: 'orderly_shutdown', dc, t }),
  },
  {
    // So is sending stored snapshots back to their origin (§5.4), and reading what is stored (§5.5).
    why: 'stored snapshots were sent back, or read',
    pattern: /sent back|send ?back|stored snapshots?/i,
    isExplained: (timeline, { dc, t }) =>
      cameBefore(timeline, { event: 'remote_up', dc, t }) || cameBefore(timeline, { event: 'special_message', dc, t }),
  },
  {
    // A fault of the store is told at every write, read and deletion (§5.3, §5.6).
    why: 'the snapshot store was struck',
    pattern: /snapshot|store|SQL|database|disk|space|read-only|permission|ENOSPC|EROFS|EACCES|EIO/i,
    isExplained: (timeline, line) => actedOn(timeline, line, ({ kind }) => /^(disk_|database_lost)/.test(kind)),
  },
  {
    // A job that was made to restart says so; a standalone process that hands over may find its ports taken (§4.7).
    why: 'its own processes were struck',
    pattern: /killed|signal|SIG[A-Z]+|exit|restart|EADDRINUSE|address already in use|lost|broke|closed|aborted/i,
    isExplained: (timeline, line) => actedOn(timeline, line, ({ kind }) => ownProcessKinds.includes(kind)),
  },
]

const ownProcessKinds: readonly string[] = [
  'kill',
  'crash',
  'pause',
  'restart',
  'operator_restart',
  'cancel_job',
  'datacenter_outage',
  'host_hang',
  'power_loss',
]

/** Why a line had to be logged in this run, or null when nothing explains it. */
export function whyExpected(timeline: Timeline, line: LogLine): string | null {
  const found = expectedLines.find(
    ({ pattern, isExplained }) => pattern.test(`${line.source}: ${line.message}`) && isExplained(timeline, line),
  )
  return found?.why ?? null
}

/** The other DC's job did not live then, or a fault of the links, or of the other DC, acted. */
function isCutOff(timeline: Timeline, line: LogLine): boolean {
  const { dc, t } = line
  const other = otherDatacenter(dc)
  const slack = slackOf(timeline)
  const lives = livesOf(timeline, other)
  const isAlive =
    lives.length === 0 ||
    lives.some(({ from, to }) => from + slack <= t && (to === runEnd(timeline) || t <= to - slack))
  // Before its first life a remote is only not there yet: the toolkit says so at every heartbeat (§4.6).
  return !isAlive || actedOn(timeline, line, (fault) => fault.dc !== dc)
}

function actedOn(timeline: Timeline, { t, dc }: LogLine, matches: (fault: FaultSpan) => boolean): boolean {
  const slack = slackOf(timeline)
  return faultSpans(timeline).some((fault) => {
    const { requestedAt, healedAt } = fault
    const concerns = fault.dc === undefined || fault.dc === dc || fault.dc === otherDatacenter(dc)
    return concerns && matches(fault) && t >= requestedAt - slack && t <= (healedAt ?? Infinity) + slack
  })
}

function cameBefore(
  timeline: Timeline,
  what: { readonly event: EventName; readonly dc: DatacenterName; readonly t: number },
): boolean {
  const latest = what.t + slackOf(timeline)
  return timeline.events.some(({ event, dc, t }) => event === what.event && dc === what.dc && t <= latest)
}

/** A send may hang for as long as connections may take; what it then says belongs to the fault all the same. */
function slackOf(timeline: Timeline): number {
  const { dc1, dc2 } = timeline.settings
  const timeouts = [dc1, dc2].map(
    ({ httpConnectionTimeout, httpReadTimeout }) => httpConnectionTimeout + httpReadTimeout,
  )
  return Math.max(...timeouts) + latencyAllowance(timeline)
}
