import { FaultError, HealError } from '../../model/errors.ts'
import type { FaultEvidence, PartitionFault, PartitionHow } from '../../model/fault.ts'
import type { Effect, LinkProbe, LinkRule } from '../../model/testbed.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, FaultKindDefinition, Injection } from '../fault-kind.ts'

/** What a probe of a blocked direction meets, per manner of blocking. */
const expectedOutcome: Readonly<Record<PartitionHow, LinkProbe['outcome']>> = {
  drop: 'no_connection',
  reject: 'refused',
  hang: 'no_answer',
}

/** Cross-DC connections of one or both directions, stopped on some or all ports. */
export const partition: FaultKindDefinition<PartitionFault> = {
  unavailable: async (spec, context) => {
    if (spec.from === spec.to) return `expected two different datacenters, got ${spec.from} twice`
    const directions = spec.direction === 'both' ? [spec.to, spec.from] : [spec.to]
    return directions.map((to) => portProblem(spec, context, to)).find((problem) => problem !== null) ?? null
  },

  async inject(spec, context, injection): Promise<Effective> {
    const rules = linkRules(spec, context, injection)
    const reachableBefore = await probeRules(rules, context)
    injection.registerUndo(() => undo({ spec, rules, context, reachableBefore }))

    const effects: Effect[] = []
    for (const rule of rules) effects.push(await context.pair.links.apply(rule))
    const probes = await probeRules(rules, context)
    const leaks = probes.filter(({ outcome }) => outcome === 'answered')
    if (leaks.length > 0) {
      throw new FaultError(
        `partition ${describe(spec)} had no effect: ${leaks.map(nameProbe).join(', ')} still answered. Expected ${expectedOutcome[spec.how]}.`,
      )
    }
    const control = await proveControlPath(context)
    return {
      effectiveAt: context.toSystemTime(Math.max(...effects.map(({ time }) => time))),
      uncertainty: Math.max(...effects.map(({ uncertainty }) => uncertainty)),
      evidence: { probe: 'cross-DC connections as the sending DC makes them', observed: { probes, control } },
    }
  },
}

interface ProbedPort {
  readonly [key: string]: string | number
  readonly from: string
  readonly to: string
  readonly port: number
  readonly outcome: LinkProbe['outcome']
}

function linkRules(spec: PartitionFault, context: FaultContext, injection: Injection): LinkRule[] {
  const directions =
    spec.direction === 'both'
      ? [
          { from: spec.from, to: spec.to },
          { from: spec.to, to: spec.from },
        ]
      : [{ from: spec.from, to: spec.to }]
  return directions.map(({ from, to }) => ({
    id: `${injection.id}:${from}-${to}`,
    from,
    to,
    ports: selectPorts(spec, context, to),
    effect: { kind: spec.how },
  }))
}

/** Named ports, never "all": the probes have to know which to try. */
function selectPorts(spec: PartitionFault, context: FaultContext, to: LinkRule['to']): readonly number[] {
  const ports = context.ports(to)
  if (spec.ports === 'heartbeat') return [ports.heartbeat]
  if (spec.ports === 'snapshot') return ports.snapshot
  if (spec.ports === 'all') return [ports.heartbeat, ...ports.snapshot]
  return spec.ports
}

/** A port that nobody listens on answers no probe, cut or not: nothing would be proved by it. */
function portProblem(spec: PartitionFault, context: FaultContext, to: LinkRule['to']): string | null {
  const { heartbeat, snapshot } = context.ports(to)
  const known = [heartbeat, ...snapshot]
  const asked = selectPorts(spec, context, to)
  const unknown = asked.filter((port) => !known.includes(port))
  if (asked.length > 0 && unknown.length === 0) return null
  return `expected cross-DC ports of ${to} (${known.join(', ')}), got ${unknown.join(', ') || 'none'}`
}

async function probeRules(rules: readonly LinkRule[], context: FaultContext): Promise<ProbedPort[]> {
  const targets = rules.flatMap(({ from, to, ports }) =>
    ports === 'all' ? [] : ports.map((port) => ({ from, to, port })),
  )
  return Promise.all(
    targets.map(async (target) => ({ ...target, outcome: (await context.pair.links.probe(target)).outcome })),
  )
}

/** The faults act on the WAN only: both DCs' management must still answer, or the run would measure something else. */
async function proveControlPath(context: FaultContext): Promise<string> {
  const { dc1, dc2 } = context.pair.datacenters
  await Promise.all([dc1.streams.instance(), dc2.streams.instance()])
  return 'both management APIs answer'
}

async function undo(state: {
  spec: PartitionFault
  rules: readonly LinkRule[]
  context: FaultContext
  reachableBefore: readonly ProbedPort[]
}): Promise<FaultEvidence> {
  const { spec, rules, context, reachableBefore } = state
  const { links } = context.pair
  const present = new Set((await links.rules()).map(({ id }) => id))
  for (const rule of rules) if (present.has(rule.id)) await links.remove(rule.id)

  const left = (await links.rules()).filter(({ id }) => rules.some((rule) => rule.id === id))
  if (left.length > 0)
    throw new HealError(`partition ${describe(spec)} is still in force: ${left.map(({ id }) => id).join(', ')}.`)
  const probes = await probeRules(rules, context)
  const others = await links.rules()
  const stillBlocked = probes.filter(
    (probe, index) =>
      reachableBefore[index]?.outcome === 'answered' && isBlocked(probe) && !others.some((rule) => covers(rule, probe)),
  )
  if (stillBlocked.length > 0) {
    throw new HealError(
      `partition ${describe(spec)} was removed, yet ${stillBlocked.map(nameProbe).join(', ')} gives no answer.`,
    )
  }
  return { probe: 'cross-DC connections as the sending DC makes them', observed: { probes } }
}

/** A refusal is no sign of a partition left over: the far job may be down for a reason of its own. */
function isBlocked(probe: ProbedPort): boolean {
  return probe.outcome === 'no_connection' || probe.outcome === 'no_answer'
}

function covers(rule: LinkRule, probe: ProbedPort): boolean {
  return rule.from === probe.from && rule.to === probe.to && (rule.ports === 'all' || rule.ports.includes(probe.port))
}

function describe(spec: PartitionFault): string {
  return `${spec.from} ${spec.direction === 'both' ? '↔' : '→'} ${spec.to} (${spec.how})`
}

function nameProbe(probe: ProbedPort): string {
  return `${probe.from} → ${probe.to}:${probe.port} (${probe.outcome})`
}
