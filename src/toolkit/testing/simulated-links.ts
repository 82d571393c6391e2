import type { DatacenterName } from '../../model/datacenter.ts'
import { otherDatacenter } from '../../model/datacenter.ts'
import type { SendResult } from '../io.ts'
import type { SimulatedAgenda } from './simulated-agenda.ts'

/** `hang`: the POST arrives only when the link is healed. A number is a status that something on the way answers with. */
export type LinkTrouble = 'pass' | 'drop' | 'refuse' | 'hang' | number

/** What happens on the way from one DC; `ports` are all unless named, a number is one port's offset. */
export interface LinkFault {
  readonly from: DatacenterName
  readonly ports?: 'heartbeats' | 'snapshots' | number
  readonly trouble?: LinkTrouble
  readonly delaySeconds?: number
}

/** Where the POSTs to a machine of the list end. */
export type MachineFate = 'remote' | 'self' | 'drop' | 'refuse'

/** A POST on its way. */
export interface SimulatedPost {
  readonly from: DatacenterName
  readonly portOffset: number
  readonly machine: string
  readonly body: Uint8Array
  readonly connectTimeoutSeconds: number
  readonly readTimeoutSeconds: number
}

interface LinksOptions {
  readonly agenda: SimulatedAgenda
  readonly latencySeconds: number
  /** Gives a POST to a receiver; false when nobody listens. `answer` may be called later, or never. */
  readonly deliver: (to: DatacenterName, post: SimulatedPost, answer: (result: SendResult) => void) => boolean
}

/** For tests: the way of each POST, by direction, port and machine. */
export class SimulatedLinks {
  readonly machines = new Map<string, MachineFate>()
  readonly #options: LinksOptions
  #faults: LinkFault[] = []
  readonly #hanging: (() => void)[] = []

  constructor(options: LinksOptions) {
    this.#options = options
  }

  add(fault: LinkFault): void {
    this.#faults.push(fault)
  }

  /** Ends all faults; what hung arrives now. */
  heal(): void {
    this.#faults = []
    for (const arrive of this.#hanging.splice(0)) arrive()
  }

  post(post: SimulatedPost, back: (result: SendResult) => void): void {
    const { agenda, latencySeconds } = this.#options
    const { readTimeoutSeconds, connectTimeoutSeconds } = post
    let isEnded = false
    const end = (result: SendResult): void => {
      if (isEnded) return
      isEnded = true
      agenda.in(0, () => back(result))
    }
    const fail = (afterSeconds: number, text: string): void => {
      if (afterSeconds === 0) end({ kind: 'exception', text })
      else agenda.in(afterSeconds, () => end({ kind: 'exception', text }))
    }
    const fate = this.machines.get(post.machine) ?? 'remote'
    const { trouble, delaySeconds } = this.#conditions(post)
    if (fate === 'drop' || trouble === 'drop') {
      // 0 waits for ever.
      if (connectTimeoutSeconds > 0) fail(connectTimeoutSeconds, 'connect timed out')
      return
    }
    if (fate === 'refuse' || trouble === 'refuse') return fail(0, 'Connection refused')
    if (typeof trouble === 'number') return end({ kind: 'answer', status: trouble })
    const to = fate === 'self' ? post.from : otherDatacenter(post.from)
    const arrive = (): void => {
      if (!this.#options.deliver(to, post, end)) end({ kind: 'exception', text: 'Connection refused' })
    }
    const seconds = latencySeconds + delaySeconds
    if (trouble === 'hang') this.#hanging.push(arrive)
    else agenda.in(seconds, arrive)
    if (readTimeoutSeconds > 0)
      agenda.in(seconds + readTimeoutSeconds, () => end({ kind: 'exception', text: 'Read timed out' }))
  }

  #conditions({ from, portOffset }: SimulatedPost): { readonly trouble: LinkTrouble; readonly delaySeconds: number } {
    const group = portOffset === 0 ? 'heartbeats' : 'snapshots'
    const here = this.#faults.filter(
      ({ from: of, ports = group }) => of === from && (ports === group || ports === portOffset),
    )
    return {
      trouble: here.findLast((fault) => fault.trouble !== undefined)?.trouble ?? 'pass',
      delaySeconds: here.reduce((sum, fault) => sum + (fault.delaySeconds ?? 0), 0),
    }
  }
}
