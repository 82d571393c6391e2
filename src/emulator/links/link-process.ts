import { otherDatacenter, type DatacenterName } from '../../model/datacenter.ts'
import type { Effect, LinkRule } from '../../model/testbed.ts'
import { liveWithSupervisor } from '../child-life.ts'
import { leaseSeconds, realMilliseconds, type LeaseTime } from '../lease-time.ts'
import type { LinkMethods } from '../pair-protocol.ts'
import { ipcChannel } from '../rpc/ipc-channel.ts'
import { createPeer } from '../rpc/message-peer.ts'
import { Link } from './link.ts'

/** The body of the link process: two links, the rules that both follow, and the supervisor's commands. */
export function runLinkProcess(): void {
  const wan = new Wan()
  createPeer({ channel: ipcChannel(process), handlers: wan.methods(), name: 'supervisor' })
  liveWithSupervisor(() => wan.close())
}

class Wan {
  readonly #rules = new Map<string, LinkRule>()
  #links: readonly Link[] = []
  #time: LeaseTime = { leaseId: 0, originMs: 0, timeScale: 1 }
  #delaySeconds = 0
  #seed = 0

  methods(): LinkMethods {
    return {
      configure: ({ links, datacenters }) => {
        const link = (from: DatacenterName): Link =>
          new Link({
            from,
            to: otherDatacenter(from),
            address: links[from],
            farAddress: datacenters[otherDatacenter(from)],
            rules: () => this.#rules.values(),
            baseDelaySeconds: () => this.#delaySeconds,
            realMilliseconds: (seconds) => realMilliseconds(this.#time, seconds),
            seed: () => this.#seed,
          })
        this.#links = [link('dc1'), link('dc2')]
      },
      lease: ({ time, delaySeconds, seed }) => {
        this.#time = time
        this.#delaySeconds = delaySeconds
        this.#seed = seed
        for (const link of this.#links) link.begin()
      },
      open: async ({ ports }) => await this.#open(ports),
      apply: async (rule) => {
        // A rule may name a port that no job has used yet; a probe must meet the rule there all the same.
        if (rule.ports !== 'all') await this.#open(rule.ports)
        return this.#changeRules(() => this.#rules.set(rule.id, rule))
      },
      remove: ({ id }) => this.#changeRules(() => this.#rules.delete(id)),
      rules: () => [...this.#rules.values()],
      reset: ({ from, to, ports }) => {
        const links = this.#links.filter((link) => link.from === from && link.to === to)
        return this.#change(() => ({ connections: links.reduce((sum, link) => sum + link.reset(ports), 0) }))
      },
    }
  }

  close(): void {
    for (const link of this.#links) void link.close()
  }

  async #open(ports: readonly number[]): Promise<void> {
    await Promise.all(this.#links.map(async (link) => await link.open(ports)))
  }

  #changeRules(change: () => void): Effect {
    return this.#change(() => {
      change()
      for (const link of this.#links) link.apply()
      return {}
    })
  }

  /** Changes something and says between which two moments that was. */
  #change<Detail extends object>(change: () => Detail): Effect & Detail {
    const before = leaseSeconds(this.#time)
    const detail = change()
    const after = leaseSeconds(this.#time)
    return { time: (before + after) / 2, uncertainty: (after - before) / 2, ...detail }
  }
}
