import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { datacenterNames } from '../../model/datacenter.ts'
import { quirkIds } from '../../model/toolkit-behaviour.ts'
import { fuzzFaultKinds, restartableOperators } from './fuzz-case.ts'
import type { FuzzCase, FuzzFault, FuzzFaultKind, FuzzLine, FuzzRhythm } from './fuzz-case.ts'

// What fast-check knows of a case: the plainest value of every field comes first, so that whatever fails is made plainer step by step.
// Only what can be shrunk without knowing how it was drawn is used, for cases are drawn elsewhere (draw-case.ts).

/** A day; no drawn run is longer. */
const tenthsMax = 864_000

const at = fc.integer({ min: 1, max: tenthsMax })
const hold = fc.integer({ min: 1, max: tenthsMax })
const dc = fc.constantFrom(...datacenterNames)
const pe = fc.option(fc.integer({ min: 0, max: 7 }), { nil: null })
const line = fc.constantFrom<FuzzLine>('both', 'into_dc2', 'into_dc1')
const how = fc.constantFrom('drop' as const, 'reject' as const, 'hang' as const)
const seconds = (min: number): Arbitrary<number> => fc.integer({ min, max: 86_400 })

const rhythm: Arbitrary<FuzzRhythm> = fc.record({
  heartbeatSeconds: seconds(1),
  misses: fc.integer({ min: 0, max: 255 }),
  snapshotSeconds: seconds(1),
  delaySeconds: seconds(0),
})

const kill = (kind: 'kill' | 'pause' | 'restart'): Arbitrary<FuzzFault> =>
  fc.record({ kind: fc.constant(kind), at, hold, dc, pe })
const onDatacenter = (
  kind:
    | 'cancel_job'
    | 'orderly_shutdown'
    | 'datacenter_outage'
    | 'host_hang'
    | 'disk_full'
    | 'disk_readonly'
    | 'disk_error'
    | 'database_lost',
): Arbitrary<FuzzFault> => fc.record({ kind: fc.constant(kind), at, hold, dc })

const faultByKind: Readonly<Record<FuzzFaultKind, Arbitrary<FuzzFault>>> = {
  partition: fc.record({
    kind: fc.constant('partition'),
    at,
    hold,
    line,
    ports: fc.constantFrom('all', 'heartbeat', 'snapshot'),
    how,
  }),
  netem: fc.record({
    kind: fc.constant('netem'),
    at,
    hold,
    line,
    delayMs: fc.integer({ min: 1, max: 600_000 }),
    jitterMs: fc.integer({ min: 0, max: 600_000 }),
    lossPercent: fc.integer({ min: 0, max: 100 }),
  }),
  flap: fc.record({
    kind: fc.constant('flap'),
    at,
    line,
    how,
    downSeconds: seconds(1),
    upSeconds: seconds(1),
    times: fc.integer({ min: 1, max: 1000 }),
  }),
  connection_reset: fc.record({ kind: fc.constant('connection_reset'), at, line }),
  kill: kill('kill'),
  pause: kill('pause'),
  restart: kill('restart'),
  crash: fc.record({ kind: fc.constant('crash'), at, dc, pe }),
  operator_restart: fc.record({
    kind: fc.constant('operator_restart'),
    at,
    dc,
    operator: fc.constantFrom<string>(...restartableOperators),
  }),
  cancel_job: onDatacenter('cancel_job'),
  orderly_shutdown: onDatacenter('orderly_shutdown'),
  datacenter_outage: onDatacenter('datacenter_outage'),
  host_hang: onDatacenter('host_hang'),
  special_message: fc.record({
    kind: fc.constant('special_message'),
    at,
    dc,
    message: fc.constantFrom('OrderlyShutdown', 'SendMeDataFromSnapshotFiles'),
  }),
  disk_full: onDatacenter('disk_full'),
  disk_readonly: onDatacenter('disk_readonly'),
  disk_error: onDatacenter('disk_error'),
  database_lost: onDatacenter('database_lost'),
  disk_slow: fc.record({
    kind: fc.constant('disk_slow'),
    at,
    hold,
    dc,
    delayTenths: fc.integer({ min: 1, max: 36_000 }),
  }),
}

/** Every case, of which fast-check makes smaller ones. */
export const caseArbitrary: Arbitrary<FuzzCase> = fc.record({
  faults: fc.array(fc.oneof(...fuzzFaultKinds.map((kind) => faultByKind[kind])), { maxLength: 1000 }),
  mode: fc.constantFrom('active-active', 'active-passive'),
  profile: fc.constantFrom('ibm-1.0.1', 'documented'),
  changedQuirks: fc.array(fc.constantFrom(...quirkIds), { maxLength: quirkIds.length }),
  isFused: fc.boolean(),
  store: fc.constantFrom('files', 'table'),
  settings: fc.record({
    rhythm: fc.option(rhythm, { nil: null }),
    timeouts: fc.option(fc.record({ connectSeconds: seconds(0), readSeconds: seconds(0) }), { nil: null }),
    pairs: fc.integer({ min: 1, max: 8 }),
    retains: fc.boolean(),
    sendsBack: fc.boolean(),
  }),
  dc2: fc.option(rhythm, { nil: null }),
  offsetTenths: fc.integer({ min: 0, max: tenthsMax }),
  linkDelayMs: fc.integer({ min: 0, max: 600_000 }),
  pes: fc.integer({ min: 1, max: 8 }),
  channels: fc.integer({ min: 1, max: 16 }),
  traffic: fc.option(
    fc.record({
      tuplesPerSecond: fc.integer({ min: 1, max: 10_000 }),
      keys: fc.integer({ min: 1, max: 4096 }),
      into: fc.constantFrom('dc1', 'both'),
    }),
    { nil: null },
  ),
  tailSeconds: seconds(0),
})
