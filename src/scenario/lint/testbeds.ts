import { builtinFacts } from '../../model/builtin-applications.ts'
import { datacenterNames } from '../../model/datacenter.ts'
import type { FaultSpec, DatacenterRef } from '../../model/fault.ts'
import type { Scenario } from '../../model/scenario.ts'
import { allSteps } from '../../model/step.ts'
import { simulatedCapabilities } from '../../model/testbed-capabilities.ts'
import type { NetemProperty, TestbedCapabilities, TestbedKind } from '../../model/testbed.ts'
import { unreachable } from '../../support/unreachable.ts'

// On which testbeds a scenario can run, as far as the file says. A run asks the testbed itself, before it starts (decisions 14).

/** Where a scenario can run, and what keeps it from the other testbeds. */
export interface TestbedFit {
  readonly runsOn: readonly TestbedKind[]
  /** What a testbed cannot do, in the language's own words. */
  readonly notOn: Readonly<Partial<Record<TestbedKind, readonly string[]>>>
}

const testbedKinds: readonly TestbedKind[] = ['simulated', 'embedded', 'lab', 'hosts']

/** What the scenario needs, against what each kind of testbed can do. */
export function testbedFit(scenario: Scenario, embedded: TestbedCapabilities): TestbedFit {
  const lacks = testbedKinds.map((kind) => ({ kind, lacking: [...new Set(lackingOn(kind, { scenario, embedded }))] }))
  return {
    runsOn: lacks.filter(({ lacking }) => lacking.length === 0).map(({ kind }) => kind),
    notOn: Object.fromEntries(
      lacks.filter(({ lacking }) => lacking.length > 0).map(({ kind, lacking }) => [kind, lacking]),
    ),
  }
}

/** `runs on: embedded, hosts; not simulated: exec` */
export function testbedText({ runsOn, notOn }: TestbedFit): string {
  const not = Object.entries(notOn).map(([kind, lacking]) => `not ${kind}: ${lacking.join(', ')}`)
  return [`runs on: ${runsOn.length === 0 ? 'none' : runsOn.join(', ')}`, ...not].join('; ')
}

interface Asked {
  readonly scenario: Scenario
  readonly embedded: TestbedCapabilities
}

function lackingOn(kind: TestbedKind, { scenario, embedded }: Asked): readonly string[] {
  switch (kind) {
    case 'simulated':
      return [...withoutStreams(scenario), ...withoutShell(scenario), ...faultsBeyond(scenario, simulatedCapabilities)]
    case 'embedded':
      return [...withoutStreams(scenario), ...faultsBeyond(scenario, embedded)]
    case 'lab':
      return withoutStreams(scenario)
    case 'hosts':
      return onlyEmulated(scenario)
    default:
      return unreachable(kind)
  }
}

function faultsBeyond(scenario: Scenario, can: Pick<TestbedCapabilities, 'faults' | 'netem'>): readonly string[] {
  return allSteps(scenario.steps).flatMap((step) => {
    if (!('fault' in step) || step.fault.kind === 'custom') return []
    if (!can.faults.includes(step.fault.kind)) return [step.fault.kind]
    return netemProperties(step.fault)
      .filter((property) => can.netem?.can.includes(property) !== true)
      .map((property) => `netem ${property}`)
  })
}

function netemProperties(fault: FaultSpec<DatacenterRef>): readonly NetemProperty[] {
  if (fault.kind !== 'netem') return []
  const given: readonly (readonly [NetemProperty, number | undefined])[] = [
    ['delay', fault.delaySeconds],
    ['jitter', fault.jitterSeconds],
    ['loss', fault.lossPercent],
    ['duplicate', fault.duplicatePercent],
    ['corrupt', fault.corruptPercent],
    ['reorder', fault.reorderPercent],
    ['rate', fault.rateBitsPerSecond],
  ]
  return given.filter(([, value]) => value !== undefined).map(([property]) => property)
}

/** A SAB needs Streams, or a built-in application in its place. */
function withoutStreams({ sab, emulateAs }: Scenario): readonly string[] {
  const isEmulated = emulateAs !== undefined || datacenterNames.every((dc) => builtinFacts(sab[dc]) !== undefined)
  return isEmulated ? [] : ['a SAB without `emulate_as`']
}

/** What needs a shell: there are no processes in virtual time. What the run itself does outside of it, it can do all the same. */
function withoutShell({ launchScript }: Scenario): readonly string[] {
  return launchScript?.kind === 'file' ? ['launch_script path'] : []
}

/** What only an emulated DC can be told. */
function onlyEmulated({ opts, launchScript, sab }: Scenario): readonly string[] {
  const samples = datacenterNames.filter((dc) => builtinFacts(sab[dc])?.hasLedgerEndpoints === false)
  return [
    ...(opts.toolkit === undefined ? [] : ['opts.toolkit']),
    ...(opts.timeScale === undefined || opts.timeScale === 1 ? [] : ['opts.time_scale']),
    ...(launchScript === undefined || launchScript.kind === 'file' ? [] : [`launch_script ${launchScript.kind}`]),
    ...(samples.length === 0 ? [] : [...new Set(samples.map((dc) => sab[dc]))]),
  ]
}
