import type { CrossDcOverrides } from '../../model/crossdc-settings.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { FaultSpec, LinkTarget } from '../../model/fault.ts'
import type { AskedCheck, ToolkitInvariant } from '../../model/check.ts'
import type { Scenario, TrafficSpec } from '../../model/scenario.ts'
import type { FaultStep } from '../../model/step.ts'
import { quirkIds, toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import type { Quirks, ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { unreachable } from '../../support/unreachable.ts'
import type { FuzzCase, FuzzFault, FuzzLine, FuzzRhythm, FuzzTraffic } from './fuzz-case.ts'
import { carriedOut, endOf } from './fuzz-faults.ts'

/** What a case is called, and what it is to be judged by. */
export interface FuzzTitle {
  readonly testId: string
  readonly description: string
  /** @default all invariants */
  readonly only?: readonly ToolkitInvariant[]
}

/** The scenario of a case, the same as the loader makes of its text (src/simulator/fuzz/fuzz-yaml.ts). */
export function scenarioOf(drawn: FuzzCase, title: FuzzTitle): Scenario {
  const { mode, traffic, channels } = drawn
  const faults = carriedOut(drawn)
  const parameters: Readonly<Record<string, string>> = channels === 1 ? {} : { channels: String(channels) }
  const family = /^(.*[A-Za-z][\w.-]*?)-\d+$/.exec(title.testId)?.[1]?.toLowerCase()
  const toolkit = toolkitOf(drawn)
  return {
    testId: title.testId,
    description: title.description,
    tags: [...new Set([...(family === undefined ? [] : [family]), 'fuzz'])],
    mode,
    sab: { dc1: 'builtin:ledger', dc2: 'builtin:ledger' },
    submissionParameters: { dc1: parameters, dc2: parameters },
    crossdc: { dc1: crossdcOf(drawn, 'dc1'), dc2: crossdcOf(drawn, 'dc2') },
    traffic: traffic === null ? [] : [trafficOf(traffic, mode)],
    steps: stepsOf(faults),
    trigger: faults.some(({ kind }) => kind === 'orderly_shutdown') ? 'orderly_shutdown' : 'automatic',
    checks: [checkOf(title)],
    objectives: {},
    opts: {
      startOffsetSeconds: drawn.offsetTenths / 10,
      linkDelaySeconds: drawn.linkDelayMs * 0.001,
      runForSeconds: runSecondsOf(drawn),
      ...(toolkit === null ? {} : { toolkit }),
      ...(drawn.pes === 1 ? {} : { pes: drawn.pes }),
    },
  }
}

/** Simulated seconds that a case takes. */
export function runSecondsOf(drawn: FuzzCase): number {
  const last = carriedOut(drawn).reduce((latest, fault) => Math.max(latest, endOf(fault)), 0)
  return Math.max(1, Math.ceil(last / 10) + drawn.tailSeconds)
}

/** The toolkit that a case runs; null: the published one. */
function toolkitOf({ profile, changedQuirks, isFused }: FuzzCase): ToolkitBehaviour | null {
  if (profile === 'ibm-1.0.1' && changedQuirks.length === 0 && !isFused) return null
  const quirks: Quirks = { ...toolkitProfiles[profile] }
  const changed = quirkIds.filter((id) => changedQuirks.includes(id)).map((id) => [id, !quirks[id]])
  return { quirks: { ...quirks, ...Object.fromEntries(changed) }, isFused }
}

/** A database that the job makes, with its table (docs/toolkit.md). */
const tableSettings = {
  dataSnapshotJdbcUrl: 'jdbc:sqlite:replicas.db',
  dataSnapshotJdbcDriverLib: 'opt/sqlite-jdbc.jar',
  dataSnapshotJdbcClassName: 'org.sqlite.JDBC',
  dataSnapshotTableName: 'snapshots',
  dataSnapshotPrimaryKeyColumnName: 'id',
} as const satisfies CrossDcOverrides

/** What a case sets of both DCs beside their rhythms. */
export function commonSettings({ settings, store }: FuzzCase): CrossDcOverrides {
  const { timeouts, pairs, retains, sendsBack } = settings
  return {
    ...(timeouts === null
      ? {}
      : { httpConnectionTimeout: timeouts.connectSeconds, httpReadTimeout: timeouts.readSeconds }),
    ...(pairs === 1 ? {} : { numberOfHttpSenderReceiverPairs: pairs }),
    ...(retains ? { retainOlderDataSnapshotsAtStartup: true } : {}),
    ...(sendsBack ? { sendDataSnapshotsToOriginDCAtStartup: true } : {}),
    ...(store === 'table' ? tableSettings : {}),
  }
}

/** What a case sets of one DC. */
function crossdcOf(drawn: FuzzCase, dc: DatacenterName): CrossDcOverrides {
  const { settings, dc2 } = drawn
  const own = dc === 'dc2' && dc2 !== null ? dc2 : settings.rhythm
  return { ...(own === null ? {} : rhythmSettings(own)), ...commonSettings(drawn) }
}

/** A rhythm by the settings' names. */
export function rhythmSettings(rhythm: FuzzRhythm): CrossDcOverrides {
  return {
    heartbeatExchangeInterval: rhythm.heartbeatSeconds,
    consecutiveHeartbeatMissesAllowed: rhythm.misses,
    dataSnapshotExchangeInterval: rhythm.snapshotSeconds,
    crossDCInitDelay: rhythm.delaySeconds,
  }
}

function trafficOf({ tuplesPerSecond, keys, into }: FuzzTraffic, mode: FuzzCase['mode']): TrafficSpec {
  return {
    generator: { kind: 'sequence' },
    rate: tuplesPerSecond,
    keys,
    sizeBytes: 64,
    into: into === 'both' && mode === 'active-active' ? ['dc1', 'dc2'] : ['dc1'],
    until: 'end',
  }
}

function checkOf({ only }: FuzzTitle): AskedCheck {
  return { kind: 'toolkit_invariants', ...(only === undefined ? {} : { only }) }
}

function stepsOf(faults: readonly FuzzFault[]): readonly FaultStep[] {
  return faults.map((fault, index) => ({
    id: stepIdOf(fault, index),
    at: fault.at / 10,
    fault: specOf(fault),
    heal: 'end',
    ...('hold' in fault ? { forSeconds: fault.hold / 10 } : {}),
  }))
}

/** The id of a case's step by its place. */
export function stepIdOf({ kind }: FuzzFault, index: number): string {
  return `${kind}-${index + 1}`
}

/** The direction of a line, as faults name it. */
function lineOf(line: FuzzLine): LinkTarget {
  if (line === 'both') return { from: 'dc1', to: 'dc2', direction: 'both' }
  return line === 'into_dc1'
    ? { from: 'dc2', to: 'dc1', direction: 'one-way' }
    : { from: 'dc1', to: 'dc2', direction: 'one-way' }
}

function specOf(fault: FuzzFault): FaultSpec {
  switch (fault.kind) {
    case 'partition':
      return { kind: 'partition', ...lineOf(fault.line), ports: fault.ports, how: fault.how }
    case 'netem':
      return {
        kind: 'netem',
        ...lineOf(fault.line),
        ports: 'all',
        delaySeconds: fault.delayMs * 0.001,
        ...(fault.jitterMs === 0 ? {} : { jitterSeconds: fault.jitterMs * 0.001 }),
        ...(fault.lossPercent === 0 ? {} : { lossPercent: fault.lossPercent }),
      }
    case 'flap': {
      const { how, downSeconds, upSeconds, times } = fault
      return { kind: 'flap', ...lineOf(fault.line), ports: 'all', how, downSeconds, upSeconds, times }
    }
    case 'connection_reset':
      return { kind: 'connection_reset', ...lineOf(fault.line), ports: 'all' }
    case 'kill':
    case 'pause':
    case 'restart':
    case 'crash':
      return { kind: fault.kind, target: { dc: fault.dc, ...(fault.pe === null ? {} : { pes: [fault.pe] }) } }
    case 'operator_restart':
      return { kind: 'operator_restart', target: { dc: fault.dc, operator: fault.operator } }
    case 'special_message':
      return { kind: 'special_message', target: { dc: fault.dc }, message: fault.message }
    case 'disk_slow':
      return { kind: 'disk_slow', target: { dc: fault.dc }, delaySeconds: fault.delayTenths / 10 }
    case 'cancel_job':
    case 'orderly_shutdown':
    case 'datacenter_outage':
    case 'host_hang':
    case 'disk_full':
    case 'disk_readonly':
    case 'disk_error':
    case 'database_lost':
      return { kind: fault.kind, target: { dc: fault.dc } }
    default:
      return unreachable(fault)
  }
}
