import type { DatacenterName } from '../model/datacenter.ts'
import type { LinkRule, PacketTrouble } from '../model/testbed.ts'
import type { Random } from './random.ts'

/** What a link does with the connections of one direction to one port. */
export interface LinkEffect {
  readonly blocks: 'drop' | 'hang' | 'reject' | null
  /** One-way delays, which add up. */
  readonly delays: readonly LinkDelay[]
  /** Each holds, so that the smallest counts. */
  readonly rates: readonly LinkRate[]
  /** Of each property the worst. @default none */
  readonly packets?: Required<PacketTrouble>
}

/** Evenly between `seconds − jitterSeconds` and `seconds + jitterSeconds`, system seconds. */
export interface LinkDelay {
  readonly seconds: number
  readonly jitterSeconds: number
}

/** Bits per second of system time, shared by all connections to which the rule applies. */
export interface LinkRate {
  readonly ruleId: string
  readonly bitsPerSecond: number
}

/** Connections of one direction to one port. */
export interface Route {
  readonly from: DatacenterName
  readonly to: DatacenterName
  readonly port: number
}

/**
 * What the rules make of a route. Of several blocking rules the most severe holds, whatever their order: drop over hang over
 * reject. Delays add up, on top of the pair's own; of several rates the smallest holds.
 */
export function linkEffect(rules: Iterable<LinkRule>, route: Route, baseDelaySeconds: number): LinkEffect {
  const matching = [...rules].filter((rule) => matches(rule, route))
  const kinds = new Set(matching.map(({ effect }) => effect.kind))
  const delays = matching.flatMap(({ effect }): readonly LinkDelay[] =>
    effect.kind === 'delay' ? [{ seconds: effect.seconds, jitterSeconds: effect.jitterSeconds ?? 0 }] : [],
  )
  const packets = worstOf(matching.flatMap(({ effect }) => (effect.kind === 'packets' ? [effect] : [])))
  return {
    ...(packets === undefined ? {} : { packets }),
    blocks: (['drop', 'hang', 'reject'] as const).find((kind) => kinds.has(kind)) ?? null,
    delays: baseDelaySeconds > 0 ? [{ seconds: baseDelaySeconds, jitterSeconds: 0 }, ...delays] : delays,
    rates: matching.flatMap(({ id, effect }) =>
      effect.kind === 'rate' ? [{ ruleId: id, bitsPerSecond: effect.bitsPerSecond }] : [],
    ),
  }
}

/** One delay drawn from all of them, system seconds. A jitter greater than its delay is cut off at 0. */
export function drawDelaySeconds(delays: readonly LinkDelay[], random: Random): number {
  const drawn = delays.map(({ seconds, jitterSeconds }) =>
    jitterSeconds === 0 ? seconds : Math.max(0, seconds + (2 * random.nextFloat() - 1) * jitterSeconds),
  )
  return drawn.reduce((sum, seconds) => sum + seconds, 0)
}

function worstOf(troubles: readonly PacketTrouble[]): Required<PacketTrouble> | undefined {
  if (troubles.length === 0) return undefined
  const worst = (percent: (trouble: PacketTrouble) => number | undefined): number =>
    Math.max(...troubles.map((trouble) => percent(trouble) ?? 0))
  return {
    lossPercent: worst(({ lossPercent }) => lossPercent),
    corruptPercent: worst(({ corruptPercent }) => corruptPercent),
    duplicatePercent: worst(({ duplicatePercent }) => duplicatePercent),
    reorderPercent: worst(({ reorderPercent }) => reorderPercent),
  }
}

/** Whether a rule with these ports applies to the port. */
export function coversPort(ports: LinkRule['ports'], port: number): boolean {
  return ports === 'all' || ports.includes(port)
}

function matches(rule: LinkRule, route: Route): boolean {
  return rule.from === route.from && rule.to === route.to && coversPort(rule.ports, route.port)
}
