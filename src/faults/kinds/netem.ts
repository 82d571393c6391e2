import { FaultError } from '../../model/errors.ts'
import type { BandwidthFault, DatacenterRef, NetemFault } from '../../model/fault.ts'
import type { JsonObject } from '../../model/json.ts'
import type { LinkRule, NetemProperty, PacketTrouble } from '../../model/testbed.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, FaultKindDefinition, Injection } from '../fault-kind.ts'
import { struckBy, struckByAll } from './effects.ts'
import {
  describeDirection,
  directionsOf,
  linkProbe,
  probeForTime,
  proveReachable,
  removeRules,
  rulesOf,
  selectionProblem,
} from './link-rules.ts'
import type { ProbedPort } from './link-rules.ts'

/** A timer may fire so much early, and a probe's clock starts a little after its connection. */
const timeTolerance = 0.9

/** The properties of a netem fault, by their names in YAML, each with the field that asks for it. */
const fieldOf: Readonly<Record<NetemProperty, keyof NetemFault>> = {
  delay: 'delaySeconds',
  jitter: 'jitterSeconds',
  loss: 'lossPercent',
  duplicate: 'duplicatePercent',
  corrupt: 'corruptPercent',
  reorder: 'reorderPercent',
  rate: 'rateBitsPerSecond',
}

/** What a fault asks of the WAN, as names in YAML. */
export function netemProperties(spec: NetemFault<DatacenterRef>): readonly NetemProperty[] {
  const names: readonly NetemProperty[] = ['delay', 'jitter', 'loss', 'duplicate', 'corrupt', 'reorder', 'rate']
  return names.filter((name) => spec[fieldOf[name]] !== undefined)
}

/** Properties of the WAN: delay, jitter and rate by rules of the links. */
export const netem: FaultKindDefinition<NetemFault> = {
  unavailable: async (spec, context) =>
    selectionProblem(spec, context) ?? lackingProperty(spec, context) ?? senselessProperty(spec),

  inject: async (spec, context, injection) => await shape(spec, context, injection),
}

/** The WAN's capacity. The same means as `netem` with `rate`. */
export const bandwidth: FaultKindDefinition<BandwidthFault> = {
  unavailable: async (spec, context) =>
    selectionProblem(spec, context) ?? senselessProperty({ rateBitsPerSecond: spec.rateBitsPerSecond }),

  inject: async (spec, context, injection) => await shape(spec, context, injection),
}

type Shape = Omit<NetemFault, 'kind'> & { readonly kind: 'netem' | 'bandwidth' }

function lackingProperty(spec: NetemFault, { netem: capability }: FaultContext): string | null {
  const can = capability?.can ?? []
  const lacking = netemProperties(spec).filter((name) => !can.includes(name))
  if (lacking.length === 0) return null
  return `this testbed's netem has no ${lacking.join(', ')}. It has ${can.join(', ') || 'nothing'}`
}

function senselessProperty(spec: Omit<NetemFault, 'kind' | 'from' | 'to' | 'direction' | 'ports'>): string | null {
  const { delaySeconds = 0, jitterSeconds = 0, rateBitsPerSecond } = spec
  const isQuiet = delaySeconds === 0 && jitterSeconds === 0 && packetTrouble(spec) === undefined
  if (isQuiet && rateBitsPerSecond === undefined) {
    return 'expected a delay, a jitter, a rate or a share of packets, got none'
  }
  if (jitterSeconds > delaySeconds) {
    return `expected a jitter of at most the delay (${delaySeconds} s), got ${jitterSeconds} s: nothing arrives before it was sent`
  }
  if (rateBitsPerSecond !== undefined && !(rateBitsPerSecond > 0)) {
    return `expected a rate above 0, got ${rateBitsPerSecond} bit/s. To let nothing through, use partition`
  }
  return null
}

async function shape(spec: Shape, context: FaultContext, injection: Injection): Promise<Effective> {
  const what = `${spec.kind} ${describeDirection(spec)}`
  const directions = directionsOf(spec, context)
  const rules = shapingRules(spec, directions, injection)
  const before = await probeForTime(directions, context)
  injection.registerUndo(async () => {
    const removed = await removeRules(rules, context, what)
    const probes = await proveReachable(directions, context, { before, what })
    const evidence = { probe: linkProbe, observed: { probes } }
    return removed === undefined ? { evidence } : { evidence, at: struckBy(context, removed) }
  })

  const { t: effectiveAt, uncertainty } = struckByAll(context, await injection.strike([{ kind: 'apply_rules', rules }]))
  const probes = await probeForTime(directions, context)
  const inForce = new Set((await context.pair.links.rules()).map(({ id }) => id))
  const missing = rules.filter(({ id }) => !inForce.has(id)).map(({ id }) => id)
  if (missing.length > 0) throw new FaultError(`${what} had no effect: ${missing.join(', ')} is not in force.`)
  const slower = proveSlower(spec, { before, probes, context, what })
  const by = context.netem?.by ?? 'proxy'
  return {
    effectiveAt,
    uncertainty,
    evidence: { probe: linkProbe, observed: { by, rules: rules.map(({ id }) => id), probes, ...slower } },
  }
}

function shapingRules(
  spec: Shape,
  directions: Parameters<typeof rulesOf>[0],
  injection: Injection,
): readonly LinkRule[] {
  const { delaySeconds: seconds = 0, jitterSeconds, rateBitsPerSecond: bitsPerSecond } = spec
  const jitter = jitterSeconds === undefined ? {} : { jitterSeconds }
  const packets = packetTrouble(spec)
  return [
    ...(seconds === 0
      ? []
      : rulesOf(directions, injection, { name: 'delay', effect: { kind: 'delay', seconds, ...jitter } })),
    ...(bitsPerSecond === undefined
      ? []
      : rulesOf(directions, injection, { name: 'rate', effect: { kind: 'rate', bitsPerSecond } })),
    ...(packets === undefined
      ? []
      : rulesOf(directions, injection, { name: 'packets', effect: { kind: 'packets', ...packets } })),
  ]
}

/** What the fault does to single packets; undefined where it does nothing. */
function packetTrouble(spec: PacketTrouble): PacketTrouble | undefined {
  const { lossPercent = 0, corruptPercent = 0, duplicatePercent = 0, reorderPercent = 0 } = spec
  const trouble = { lossPercent, corruptPercent, duplicatePercent, reorderPercent }
  return Object.values(trouble).some((percent) => percent > 0) ? trouble : undefined
}

/**
 * A probe that is answered takes at least the delay. A rate cannot be seen so: a probe's few bytes pass at any, so that the rule in
 * force is all the proof.
 * @throws FaultError when a probe was faster
 */
function proveSlower(
  spec: Shape,
  seen: {
    readonly before: readonly ProbedPort[]
    readonly probes: readonly ProbedPort[]
    readonly context: FaultContext
    readonly what: string
  },
): JsonObject {
  const { before, probes, context, what } = seen
  const { delaySeconds = 0, jitterSeconds = 0 } = spec
  const leastMs = ((delaySeconds - jitterSeconds) / context.clock.timeScale) * 1000 * timeTolerance
  const fast = probes.filter(({ outcome, tookMs }) => outcome === 'answered' && tookMs < leastMs)
  if (fast.length > 0) {
    const said = fast.map(({ from, to, port, tookMs }) => `${from} → ${to}:${port} in ${tookMs.toFixed(1)} ms`)
    throw new FaultError(
      `${what} had no effect: ${said.join(', ')} answered. Expected at least ${leastMs.toFixed(1)} ms (real time).`,
    )
  }
  return { before, leastMs }
}
