import { silentMachine } from '../../model/crossdc-settings.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { LinkProbe, LinkRule } from '../../model/testbed.ts'
import type { Random } from '../../support/random.ts'
import { coversPort, drawDelaySeconds, linkEffect } from '../../support/link-effect.ts'
import type { LinkEffect } from '../../support/link-effect.ts'
import type { SendResult } from '../../toolkit/io.ts'
import type { Agenda } from './agenda.ts'
import { drawsPercent, packetTrouble } from './packets.ts'

/**
 * The WAN. A rule is about the connections that one DC opens to the other, answers included. What a drop or a hang stopped stays lost
 * when the rule goes, as on the embedded testbed (src/emulator/links/link-connection.ts says why).
 */

/** A POST on its way, as the toolkit's sender makes it: a fresh connection each (toolkit reference §3.1). */
export interface Post {
  readonly from: DatacenterName
  /** The DC that the machine belongs to; null where there is no such machine, which is known at once. */
  readonly to: DatacenterName | typeof silentMachine | null
  readonly port: number
  readonly path: string
  readonly body: Uint8Array
  /** System seconds; 0 waits for ever. */
  readonly connectTimeoutSeconds: number
  readonly readTimeoutSeconds: number
}

/** What listens at a port; a paused PE's system still takes connections for it. */
export type Listener = 'none' | 'paused' | 'there'

interface LinksOptions {
  readonly agenda: Agenda
  readonly random: Random
  /** One way. */
  readonly delaySeconds: number
  readonly listener: (to: DatacenterName, port: number) => Listener
  /**
   * Gives a POST to a receiver. `answer` may be called later, or never.
   */
  readonly deliver: (
    post: Pick<Post, 'port' | 'path' | 'body'> & { readonly to: DatacenterName },
    answer: (status: number) => void,
  ) => void
}

/** Bytes of a POST beside its body: request line, headers, packets' own. */
const headBytes = 400

/** A connection that is made, for as long as an answer may come. */
interface Open {
  readonly from: DatacenterName
  readonly to: DatacenterName
  readonly port: number
  /** Data can pass. */
  isThrough: boolean
  end: (result: SendResult | null) => void
}

/** The links in both directions. */
export class WorldLinks {
  readonly #options: LinksOptions
  readonly #rules = new Map<string, LinkRule>()
  readonly #open = new Set<Open>()
  /** Until when a rate is taken by what was sent before, by rule. */
  readonly #busyUntil = new Map<string, number>()

  constructor(options: LinksOptions) {
    this.#options = options
  }

  apply(rule: LinkRule): void {
    this.#rules.set(rule.id, rule)
    for (const connection of this.#open) this.#follow(connection)
  }

  remove(id: string): void {
    this.#rules.delete(id)
    this.#busyUntil.delete(id)
  }

  rules(): readonly LinkRule[] {
    return [...this.#rules.values()]
  }

  /** Resets the open connections of one direction; those that a rule has stopped are not reached. Answers how many there were. */
  reset(of: { readonly from: DatacenterName; readonly to: DatacenterName; readonly ports: LinkRule['ports'] }): number {
    const met = [...this.#open].filter(
      ({ from, to, port, isThrough }) => isThrough && from === of.from && to === of.to && coversPort(of.ports, port),
    )
    for (const { end } of met) end(null)
    return met.length
  }

  /** What a connection attempt made now would meet, and how long it would take. */
  probe(connection: {
    readonly from: DatacenterName
    readonly to: DatacenterName
    readonly port: number
  }): Pick<LinkProbe, 'outcome' | 'status'> & { readonly tookSeconds: number } {
    const effect = this.#effect(connection)
    const roundTrip = 2 * this.#delay(effect)
    if (effect.blocks === 'drop') return { outcome: 'no_connection', tookSeconds: roundTrip }
    if (effect.blocks === 'hang') return { outcome: 'no_answer', tookSeconds: 2 * roundTrip }
    const listener = this.#options.listener(connection.to, connection.port)
    if (effect.blocks === 'reject' || listener === 'none') return { outcome: 'refused', tookSeconds: roundTrip }
    if (listener === 'paused') return { outcome: 'no_answer', tookSeconds: 2 * roundTrip }
    // GET on an info path, which every receiver answers (toolkit reference §3.1).
    return { outcome: 'answered', status: 200, tookSeconds: 2 * roundTrip }
  }

  /** Sends a POST; `done` is called once with what came of it, never within this. */
  post(post: Post, done: (result: SendResult) => void): void {
    let isRepeated = false
    const ended = (result: SendResult | null): void => {
      if (result !== null) return done(result)
      // The JDK's client tries once more by itself where a connection ends without a word (toolkit reference §3.4).
      if (isRepeated) return done({ kind: 'exception', text: 'Unexpected end of file from server' })
      isRepeated = true
      this.#attempt(post, ended)
    }
    this.#attempt(post, ended)
  }

  #attempt(post: Post, done: (result: SendResult | null) => void): void {
    const { agenda } = this.#options
    const { from, to, port, connectTimeoutSeconds } = post
    const isOwn = to === from
    const effect = to === null || to === silentMachine || isOwn ? free : this.#effect({ from, to, port })
    if (to === null) {
      agenda.in(0, () => done(refused(port)))
      return
    }
    let isOver = false
    const end = (result: SendResult | null): void => {
      if (isOver) return
      isOver = true
      connectTimer?.cancel()
      done(result)
    }
    const connectTimer =
      connectTimeoutSeconds > 0
        ? agenda.in(connectTimeoutSeconds, () => end({ kind: 'exception', text: 'connect timed out' }))
        : null
    if (to === silentMachine || effect.blocks === 'drop') return
    const way = (): number => this.#delay(effect) + this.#packets(effect)
    if (effect.blocks === 'reject' || this.#options.listener(to, port) === 'none') {
      agenda.in(way() + this.#delay(effect), () => end(refused(port)))
      return
    }
    agenda.in(way() + this.#delay(effect), () => {
      if (isOver) return
      connectTimer?.cancel()
      isOver = true
      this.#exchange({ ...post, to }, effect.blocks === 'hang', done)
    })
  }

  /** The connection is made: the request goes out, and an answer comes back. */
  #exchange(
    post: Post & { readonly to: DatacenterName },
    isHung: boolean,
    done: (result: SendResult | null) => void,
  ): void {
    const { agenda, deliver, listener } = this.#options
    const { from, to, port, body, readTimeoutSeconds } = post
    const readTimer =
      readTimeoutSeconds > 0
        ? agenda.in(readTimeoutSeconds, () => connection.end({ kind: 'exception', text: 'Read timed out' }))
        : null
    const connection: Open = {
      from,
      to,
      port,
      isThrough: !isHung,
      end: (result) => {
        if (!this.#open.delete(connection)) return
        readTimer?.cancel()
        // As if from the network: whoever sent it is not called within what ended it.
        agenda.in(0, () => done(result))
      },
    }
    this.#open.add(connection)
    if (isHung) return
    const back = (status: number | null): void => {
      if (!this.#open.has(connection)) return
      agenda.in(this.#travel(connection, 0), () => {
        if (!connection.isThrough) return
        connection.end(status === null ? null : { kind: 'answer', status })
      })
    }
    const arrive = (): void => {
      if (!connection.isThrough) return
      // It ended in between, or nobody is there any more.
      if (listener(to, port) === 'none') back(null)
      else deliver(post, back)
    }
    // A request that is on its way arrives, also when its sender has given it up.
    agenda.in(this.#travel(connection, body.length + headBytes), arrive)
    if (this.#isDoubled(connection)) agenda.in(this.#travel(connection, body.length + headBytes), arrive)
  }

  /** Seconds for so many bytes through a connection: first at the rate, then late by the delay and by what happens to packets. */
  #travel({ from, to, port }: Open, bytes: number): number {
    if (from === to) return 0
    const effect = this.#effect({ from, to, port })
    return this.#throughput(effect, bytes) + this.#delay(effect) + this.#packets(effect)
  }

  #throughput({ rates }: LinkEffect, bytes: number): number {
    const { now } = this.#options.agenda
    let until = now
    for (const { ruleId, bitsPerSecond } of rates) {
      const begin = Math.max(now, this.#busyUntil.get(ruleId) ?? now)
      const end = begin + (8 * bytes) / bitsPerSecond
      this.#busyUntil.set(ruleId, end)
      until = Math.max(until, end)
    }
    return until - now
  }

  #delay({ delays }: LinkEffect): number {
    return delays.length === 0 ? 0 : drawDelaySeconds(delays, this.#options.random)
  }

  #packets(effect: LinkEffect): number {
    return effect.packets === undefined ? 0 : packetTrouble(effect.packets, this.#options.random)
  }

  #isDoubled({ from, to, port }: Open): boolean {
    if (from === to) return false
    const { packets } = this.#effect({ from, to, port })
    return packets !== undefined && drawsPercent(packets.duplicatePercent, this.#options.random)
  }

  #effect(route: { readonly from: DatacenterName; readonly to: DatacenterName; readonly port: number }): LinkEffect {
    if (this.#rules.size === 0) return this.#undisturbed
    return linkEffect(this.#rules.values(), route, this.#options.delaySeconds)
  }

  get #undisturbed(): LinkEffect {
    this.#calm ??= linkEffect([], { from: 'dc1', to: 'dc2', port: 0 }, this.#options.delaySeconds)
    return this.#calm
  }
  #calm: LinkEffect | undefined

  #follow(connection: Open): void {
    const { blocks } = this.#effect(connection)
    if (blocks === 'reject') connection.end(null)
    else if (blocks !== null) connection.isThrough = false
  }
}

const free: LinkEffect = { blocks: null, delays: [], rates: [] }

function refused(port: number): SendResult {
  return { kind: 'exception', text: `Connection refused (port ${port})` }
}
