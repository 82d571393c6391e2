import { HealError } from '../../model/errors.ts'
import type { FlapFault } from '../../model/fault.ts'
import type { LinkRule } from '../../model/testbed.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, FaultKindDefinition, FaultMoment, Injection, Undone } from '../fault-kind.ts'
import { struckByAll } from './effects.ts'
import type { Struck } from './effects.ts'
import {
  describeDirection,
  directionsOf,
  linkProbe,
  probeOnce,
  proveReachable,
  refuseLeaks,
  removeRules,
  rulesOf,
  selectionProblem,
} from './link-rules.ts'
import type { Direction, ProbedPort } from './link-rules.ts'
import { blockedOutcome } from './partition.ts'

/** Real seconds that a probe of a blocked port may take: a shorter down cannot be probed before it is over. */
const probeRealSeconds = 0.5

/**
 * Connections that are stopped and let through again, so many times, on a schedule that counts from the first stop. It resolves at
 * the first stop, ends by itself after the last, and each stop and its end are on the timeline.
 */
export const flap: FaultKindDefinition<FlapFault> = {
  unavailable: async (spec, context) => selectionProblem(spec, context) ?? scheduleProblem(spec),

  async inject(spec, context, injection): Promise<Effective> {
    const directions = directionsOf(spec, context)
    const before = await probeOnce(directions, context)
    const flapping = new Flapping({ spec, context, injection, directions, before })
    injection.registerUndo(async () => await flapping.stop())
    return await flapping.begin()
  },
}

function scheduleProblem({ downSeconds, upSeconds, times }: FlapFault): string | null {
  if (!(Number.isInteger(times) && times >= 1)) return `expected \`times\` to be a whole number from 1, got ${times}`
  if (!(downSeconds > 0)) return `expected \`down\` to be above 0 s, got ${downSeconds}`
  return upSeconds > 0 ? null : `expected \`up\` to be above 0 s, got ${upSeconds}`
}

/** One flap fault's life: its schedule, and whatever ends it before its time. */
class Flapping {
  readonly #spec: FlapFault
  readonly #context: FaultContext
  readonly #injection: Injection
  readonly #directions: readonly Direction[]
  readonly #before: readonly ProbedPort[]
  readonly #rules: readonly LinkRule[]
  readonly #what: string
  readonly #stop = new AbortController()
  #schedule: Promise<void> = Promise.resolve()
  /** Stops so far. */
  #downs = 0
  #isDown = false
  #lastUp: Struck | undefined

  constructor(options: {
    spec: FlapFault
    context: FaultContext
    injection: Injection
    directions: readonly Direction[]
    before: readonly ProbedPort[]
  }) {
    const { spec, context, injection, directions, before } = options
    this.#spec = spec
    this.#context = context
    this.#injection = injection
    this.#directions = directions
    this.#before = before
    this.#rules = rulesOf(directions, injection, { effect: { kind: spec.how } })
    this.#what = `flap ${describeDirection(spec)} (${spec.how})`
  }

  /** The first stop; the rest follows by the clock. */
  async begin(): Promise<Effective> {
    const { downSeconds, how } = this.#spec
    const performed = await this.#injection.strike([{ kind: 'apply_rules', rules: this.#rules }])
    const { t: effectiveAt, uncertainty } = struckByAll(this.#context, performed)
    this.#isDown = true
    this.#downs = 1
    const canProbe = downSeconds / this.#context.clock.timeScale >= probeRealSeconds
    const probing = canProbe ? this.#probeStop(how) : this.#ruleInForce()
    this.#schedule = this.#follow(effectiveAt)
    // Told to whoever heals the fault, also when that is nobody for long.
    this.#schedule.catch(() => undefined)
    return { effectiveAt, uncertainty, evidence: { probe: linkProbe, observed: await probing } }
  }

  /** Ends it now, or proves that it ended. */
  async stop(): Promise<Undone> {
    this.#stop.abort(new DOMException('The fault is healed.', 'AbortError'))
    const [followed] = await Promise.allSettled([this.#schedule])
    const wasDown = this.#isDown
    const removed = await removeRules(this.#rules, this.#context, this.#what)
    if (removed !== undefined) this.#lastUp = struckByAll(this.#context, { outcomes: [removed] })
    this.#isDown = false
    const probes = await proveReachable(this.#directions, this.#context, { before: this.#before, what: this.#what })
    if (followed.status === 'rejected' && !isStop(followed.reason)) {
      throw new HealError(`${this.#what} went wrong after ${this.#downs} of ${this.#spec.times}.`, {
        cause: followed.reason,
      })
    }
    const evidence = { probe: linkProbe, observed: { downs: this.#downs, of: this.#spec.times, probes } }
    const at = this.#lastUp ?? { t: this.#context.clock.now(), uncertainty: 0 }
    // Between two stops the timeline has the end of the last one already.
    return { evidence, at: { t: at.t, uncertainty: at.uncertainty }, isTold: !wasDown && this.#lastUp !== undefined }
  }

  async #follow(first: number): Promise<void> {
    const { downSeconds, upSeconds, times } = this.#spec
    const { clock } = this.#context
    const { signal } = this.#stop
    for (let count = 0; count < times; count += 1) {
      const down = first + count * (downSeconds + upSeconds)
      if (count > 0) {
        await clock.until(down, { signal })
        await this.#turn('down')
      }
      await clock.until(down + downSeconds, { signal })
      // The last end is the fault's own: healing it brings the proof.
      if (count === times - 1) break
      await this.#turn('up')
    }
    // Not waited for here: the healing waits for this schedule.
    this.#injection.end()
  }

  async #turn(way: 'down' | 'up'): Promise<void> {
    const { acts } = this.#context.pair
    const ids = this.#rules.map(({ id }) => id)
    const act =
      way === 'down' ? { kind: 'apply_rules' as const, rules: this.#rules } : { kind: 'remove_rules' as const, ids }
    if (way === 'down') {
      this.#isDown = true
      this.#downs += 1
    }
    const struck = struckByAll(this.#context, await acts.perform([act]))
    if (way === 'up') {
      this.#isDown = false
      this.#lastUp = struck
    }
    const evidence = { probe: 'the rules of the links', observed: { count: this.#downs, link: way } }
    const moment: FaultMoment = { t: struck.t, uncertainty: struck.uncertainty, evidence }
    this.#injection.tell(way === 'down' ? 'fault_effective' : 'fault_healed', moment)
  }

  async #probeStop(how: FlapFault['how']): Promise<{ readonly probes: readonly ProbedPort[] }> {
    const probes = await probeOnce(this.#directions, this.#context)
    refuseLeaks(probes, this.#what, blockedOutcome[how])
    return { probes }
  }

  async #ruleInForce(): Promise<{ readonly rules: readonly string[] }> {
    const present = await this.#context.pair.links.rules()
    return { rules: this.#rules.map(({ id }) => id).filter((id) => present.some((rule) => rule.id === id)) }
  }
}

function isStop(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'AbortError'
}
