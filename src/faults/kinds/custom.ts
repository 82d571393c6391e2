import { FaultError } from '../../model/errors.ts'
import type { CustomFault, FaultEvidence } from '../../model/fault.ts'
import { asJson, isJsonObject, shown } from '../../support/plain-json.ts'
import type { FaultContext } from '../context.ts'
import type { Effective, FaultKindDefinition, Injection, Undo, Undone } from '../fault-kind.ts'
import type { RegisteredFault, RegisteredInjection } from '../registered-fault.ts'

// A kind that a user registered, found by its name. A user's code is held to what the built-in kinds do by themselves: it says how it
// is undone before it acts, waits for its turn, comes to an end, and answers what a timeline can hold.

/** Real seconds that injecting and undoing may take each, where the kind does not say. */
const timeoutRealSeconds = 60

/** The kind `custom`. */
export const custom: FaultKindDefinition<CustomFault> = {
  async unavailable({ name, args }, context) {
    const registered = context.custom?.get(name)
    if (registered === undefined) {
      return `no fault of this name is registered. Registered: ${[...(context.custom?.keys() ?? [])].join(', ') || 'none'}`
    }
    try {
      return (await registered.unavailable?.(args, context)) ?? null
    } catch (cause) {
      throw new FaultError(`Fault ${name}: \`unavailable\` failed: ${messageOf(cause)}`, { cause })
    }
  },

  async inject({ name, args }, context, injection) {
    const registered = registeredFault(name, context)
    const limitMs = (registered.timeoutRealSeconds ?? timeoutRealSeconds) * 1000
    const supervised = new SupervisedInjection({ name, injection, limitMs })
    const effective: unknown = await supervised.hold(async () => await registered.inject(args, context, supervised))
    supervised.requireBegun()
    return checkedEffective(name, effective)
  },
}

/** The ledger's injection, which minds that a user's code does things in their order and comes to an end. */
class SupervisedInjection implements RegisteredInjection {
  readonly id: string
  readonly owedJobs: Injection['owedJobs']
  readonly #name: string
  readonly #injection: Injection
  readonly #limit: TimeLimit
  #isUndoable = false
  #hasBegun = false

  constructor(options: { name: string; injection: Injection; limitMs: number }) {
    const { name, injection, limitMs } = options
    this.id = injection.id
    this.owedJobs = injection.owedJobs
    this.#name = name
    this.#injection = injection
    this.#limit = new TimeLimit(`Injecting the fault ${name}`, limitMs)
  }

  get signal(): AbortSignal {
    return this.#limit.signal
  }

  registerUndo(undo: Undo): void {
    const name = this.#name
    if (this.#isUndoable)
      throw new FaultError(`Fault ${name} called \`injection.registerUndo\` twice. Undo all in one.`)
    this.#isUndoable = true
    const { limitMs } = this.#limit
    this.#injection.registerUndo(async () =>
      checkedUndone(await new TimeLimit(`Undoing the fault ${name}`, limitMs).hold(undo)),
    )
  }

  async strike(acts: Parameters<Injection['strike']>[0]): ReturnType<Injection['strike']> {
    return await this.#inTurn(async () => await this.#injection.strike(acts))
  }

  async begin(): Promise<void> {
    await this.#inTurn(async () => await this.#injection.begin())
  }

  others(): ReturnType<Injection['others']> {
    return this.#injection.others()
  }

  tell(...told: Parameters<Injection['tell']>): void {
    this.#injection.tell(...told)
  }

  end(): void {
    this.#injection.end()
  }

  async hold<T>(work: () => Promise<T>): Promise<T> {
    return await this.#limit.hold(work)
  }

  /** @throws FaultError for code that acted, if it acted at all, before its turn */
  requireBegun(): void {
    this.#requireUndo()
    if (this.#hasBegun) return
    throw new FaultError(
      `Fault ${this.#name} did not wait for its turn: await \`injection.begin()\` before it acts, or act by \`injection.strike\`.`,
    )
  }

  /** The event that the fault waits for may be hours away, which is not the code's time. */
  async #inTurn<T>(wait: () => Promise<T>): Promise<T> {
    this.#requireUndo()
    this.#limit.pause()
    try {
      return await wait()
    } finally {
      this.#hasBegun = true
      this.#limit.start()
    }
  }

  #requireUndo(): void {
    if (this.#isUndoable) return
    throw new FaultError(
      `Fault ${this.#name} registered no undo: call \`injection.registerUndo\` before \`injection.begin\` and before it acts.`,
    )
  }
}

/** How long a user's code may take. Real time: what hangs does so whatever the time scale is. */
class TimeLimit {
  readonly limitMs: number
  readonly #what: string
  readonly #over = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor(what: string, limitMs: number) {
    this.#what = what
    this.limitMs = limitMs
  }

  get signal(): AbortSignal {
    return this.#over.signal
  }

  start(): void {
    this.pause()
    const message = `${this.#what} did not end within ${this.limitMs / 1000} s (real time).`
    this.#timer = setTimeout(() => this.#over.abort(new FaultError(message)), this.limitMs)
  }

  pause(): void {
    clearTimeout(this.#timer)
  }

  async hold<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this.#over
    const late = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new FaultError(messageOf(signal.reason))), { once: true })
    })
    this.start()
    try {
      return await Promise.race([work(), late])
    } finally {
      this.pause()
    }
  }
}

function checkedEffective(name: string, answer: unknown): Effective {
  const { effectiveAt, uncertainty, evidence } = partsOf(answer)
  const proof = evidenceOf(evidence)
  if (isSeconds(effectiveAt) && isSeconds(uncertainty) && uncertainty >= 0 && proof !== undefined) {
    return { effectiveAt, uncertainty, evidence: proof }
  }
  throw new FaultError(
    `Fault ${name}: expected \`inject\` to answer { effectiveAt: seconds, uncertainty: seconds, evidence: { probe: text, observed: data } }, got ${shown(answer)}.`,
  )
}

function checkedUndone(answer: unknown): Undone {
  const { evidence, at, isTold } = partsOf(answer)
  const proof = evidenceOf(evidence)
  const { t, uncertainty } = at === undefined ? { t: 0, uncertainty: 0 } : partsOf(at)
  if (proof !== undefined && isSeconds(t) && isSeconds(uncertainty) && uncertainty >= 0) {
    return {
      evidence: proof,
      ...(at === undefined ? {} : { at: { t, uncertainty } }),
      ...(isTold === true ? { isTold } : {}),
    }
  }
  throw new FaultError(
    `expected its undo to answer { evidence: { probe: text, observed: data } } that proves it gone, got ${shown(answer)}.`,
  )
}

function evidenceOf(value: unknown): FaultEvidence | undefined {
  const { probe, observed } = partsOf(value)
  const plain = asJson(observed)
  return typeof probe === 'string' && isJsonObject(plain) ? { probe, observed: plain } : undefined
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function registeredFault(name: string, context: FaultContext): Omit<RegisteredFault, 'name'> {
  const registered = context.custom?.get(name)
  if (registered === undefined) throw new FaultError(`Expected a registered fault, got "${name}".`)
  return registered
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
