import type { DatacenterName } from '../../model/datacenter.ts'
import type { LinkRule } from '../../model/testbed.ts'

/** What a link does with the connections of one direction to one port. */
export interface LinkEffect {
  readonly blocks: 'drop' | 'hang' | 'reject' | null
  /** One-way delay, system seconds. */
  readonly delaySeconds: number
}

/** Connections of one direction to one port. */
export interface Route {
  readonly from: DatacenterName
  readonly to: DatacenterName
  readonly port: number
}

/**
 * What the rules make of a route. Of several blocking rules the most severe holds, whatever their order: drop over hang over
 * reject. Delays add up, on top of the pair's own.
 */
export function linkEffect(rules: Iterable<LinkRule>, route: Route, baseDelaySeconds: number): LinkEffect {
  const effects = [...rules].filter((rule) => matches(rule, route)).map((rule) => rule.effect)
  const kinds = new Set(effects.map((effect) => effect.kind))
  const delays = effects.map((effect) => (effect.kind === 'delay' ? effect.seconds : 0))
  return {
    blocks: (['drop', 'hang', 'reject'] as const).find((kind) => kinds.has(kind)) ?? null,
    delaySeconds: delays.reduce((sum, seconds) => sum + seconds, baseDelaySeconds),
  }
}

function matches(rule: LinkRule, route: Route): boolean {
  return rule.from === route.from && rule.to === route.to && (rule.ports === 'all' || rule.ports.includes(route.port))
}
