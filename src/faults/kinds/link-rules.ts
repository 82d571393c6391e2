// What the faults of the WAN share: which connections they are about, the rules that act on these, and probes as the sending DC
// makes them.

import type { DatacenterName } from '../../model/datacenter.ts'
import { FaultError, HealError } from '../../model/errors.ts'
import type { LinkTarget, PortSelection } from '../../model/fault.ts'
import type { LinkProbe, LinkRule, LinkRuleEffect } from '../../model/testbed.ts'
import type { ActOutcome } from '../../model/testbed-act.ts'
import type { FaultContext } from '../context.ts'
import type { Injection } from '../fault-kind.ts'

/** Which connections a fault is about. */
export interface LinkSelection extends LinkTarget {
  readonly ports: PortSelection
}

/** One direction and its ports: named ones, never "all", for the probes have to know which to try. */
export interface Direction {
  readonly from: DatacenterName
  readonly to: DatacenterName
  readonly ports: readonly number[]
}

/** What a probe met, as evidence. */
export interface ProbedPort {
  readonly [key: string]: string | number
  readonly from: DatacenterName
  readonly to: DatacenterName
  readonly port: number
  readonly outcome: LinkProbe['outcome']
  /** Real milliseconds. */
  readonly tookMs: number
}

/** What the probes of a link are, in evidence. */
export const linkProbe = 'cross-DC connections as the sending DC makes them'

/** Of several probes of one port the fastest counts: a busy machine makes some of them slow. */
const probesForTime = 3

/** The directions that a fault is about. */
export function directionsOf(spec: LinkSelection, context: FaultContext): readonly Direction[] {
  const one = { from: spec.from, to: spec.to, ports: portsAt(spec, context, spec.to) }
  if (spec.direction === 'one-way') return [one]
  return [one, { from: spec.to, to: spec.from, ports: portsAt(spec, context, spec.from) }]
}

/** Why the fault cannot act on these connections, or null. A port that nobody listens on answers no probe, fault or not. */
export function selectionProblem(spec: LinkSelection, context: FaultContext): string | null {
  if (spec.from === spec.to) return `expected two different datacenters, got ${spec.from} twice`
  for (const { to, ports } of directionsOf(spec, context)) {
    const { heartbeat, snapshot } = context.ports(to)
    const known = [heartbeat, ...snapshot]
    const unknown = ports.filter((port) => !known.includes(port))
    if (ports.length === 0 || unknown.length > 0) {
      return `expected cross-DC ports of ${to} (${known.join(', ')}), got ${unknown.join(', ') || 'none'}`
    }
  }
  return null
}

/** A rule a direction. `name` tells several rules of one fault apart. */
export function rulesOf(
  directions: readonly Direction[],
  injection: Pick<Injection, 'id'>,
  { effect, name }: { readonly effect: LinkRuleEffect; readonly name?: string },
): readonly LinkRule[] {
  const suffix = name === undefined ? '' : `:${name}`
  return directions.map(({ from, to, ports }) => ({
    id: `${injection.id}:${from}-${to}${suffix}`,
    from,
    to,
    ports,
    effect,
  }))
}

/** One probe of each port. */
export async function probeOnce(
  directions: readonly Direction[],
  context: Pick<FaultContext, 'pair'>,
): Promise<readonly ProbedPort[]> {
  const routes = directions.flatMap(({ from, to, ports }) => ports.map((port) => ({ from, to, port })))
  return await Promise.all(
    routes.map(async (route) => {
      const { outcome, tookMs } = await context.pair.links.probe(route)
      return { ...route, outcome, tookMs }
    }),
  )
}

/** Several probes of each port, one after the other: the fastest that was answered, or else the last. */
export async function probeForTime(
  directions: readonly Direction[],
  context: Pick<FaultContext, 'pair'>,
): Promise<readonly ProbedPort[]> {
  let best = await probeOnce(directions, context)
  for (let count = 1; count < probesForTime; count += 1) {
    const next = await probeOnce(directions, context)
    best = best.map((before, index) => faster(before, next[index] ?? before))
  }
  return best
}

/** @throws FaultError when a port that should be blocked still answers */
export function refuseLeaks(probes: readonly ProbedPort[], what: string, expected: LinkProbe['outcome']): void {
  const leaks = probes.filter(({ outcome }) => outcome === 'answered')
  if (leaks.length === 0) return
  throw new FaultError(
    `${what} had no effect: ${leaks.map(nameProbe).join(', ')} still answered. Expected ${expected}.`,
  )
}

/**
 * Removes the rules that are there.
 * @returns what came of it; nothing when none was there
 * @throws HealError when one stays
 */
export async function removeRules(
  rules: readonly Pick<LinkRule, 'id'>[],
  context: Pick<FaultContext, 'pair'>,
  what: string,
): Promise<ActOutcome | undefined> {
  const { links, acts } = context.pair
  const mine = new Set(rules.map(({ id }) => id))
  const present = (await links.rules()).filter(({ id }) => mine.has(id)).map(({ id }) => id)
  const performed = present.length === 0 ? undefined : await acts.perform([{ kind: 'remove_rules', ids: present }])
  const left = (await links.rules()).filter(({ id }) => mine.has(id))
  if (left.length > 0) throw new HealError(`${what} is still in force: ${left.map(({ id }) => id).join(', ')}.`)
  return performed?.outcomes[0]
}

/**
 * The proof that what could be reached before can be reached again, as far as no other fault is in the way: a rule, or a pause.
 * @throws HealError
 */
export async function proveReachable(
  directions: readonly Direction[],
  context: Pick<FaultContext, 'pair'>,
  { before, what }: { readonly before: readonly ProbedPort[]; readonly what: string },
): Promise<readonly ProbedPort[]> {
  const probes = await probeOnce(directions, context)
  const others = await context.pair.links.rules()
  const paused = (await context.pair.processes.list()).filter(({ isPaused }) => isPaused === true)
  const isExcused = (probe: ProbedPort): boolean =>
    others.some((rule) => covers(rule, probe)) || paused.some(({ dc }) => dc === probe.to)
  const stillBlocked = probes.filter(
    (probe, index) => before[index]?.outcome === 'answered' && isBlocked(probe) && !isExcused(probe),
  )
  if (stillBlocked.length > 0) {
    throw new HealError(`${what} was removed, yet ${stillBlocked.map(nameProbe).join(', ')} gives no answer.`)
  }
  return probes
}

/** `dc1 ↔ dc2`, `dc1 → dc2`. */
export function describeDirection(spec: LinkTarget): string {
  return `${spec.from} ${spec.direction === 'both' ? '↔' : '→'} ${spec.to}`
}

function portsAt(spec: LinkSelection, context: FaultContext, to: DatacenterName): readonly number[] {
  const { heartbeat, snapshot } = context.ports(to)
  if (spec.ports === 'heartbeat') return [heartbeat]
  if (spec.ports === 'snapshot') return snapshot
  if (spec.ports === 'all') return [heartbeat, ...snapshot]
  return spec.ports
}

function faster(one: ProbedPort, other: ProbedPort): ProbedPort {
  if (one.outcome !== 'answered') return other
  return other.outcome === 'answered' && other.tookMs < one.tookMs ? other : one
}

/** A refusal is no sign of a fault left over: the far job may be down for a reason of its own. */
function isBlocked(probe: ProbedPort): boolean {
  return probe.outcome === 'no_connection' || probe.outcome === 'no_answer'
}

function covers(rule: LinkRule, probe: ProbedPort): boolean {
  return rule.from === probe.from && rule.to === probe.to && (rule.ports === 'all' || rule.ports.includes(probe.port))
}

function nameProbe(probe: ProbedPort): string {
  return `${probe.from} → ${probe.to}:${probe.port} (${probe.outcome})`
}
