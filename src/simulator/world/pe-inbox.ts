import type { PeMessage } from '../../applications/hosting/pe-message.ts'
import type { PeSurroundings } from './pe-surroundings.ts'

/** Tuples that wait at most. */
const waitingMax = 1000

/** What the job's other PEs send to one that does not run; it gets that when it does. */
export class PeInbox {
  readonly #options: { readonly peId: string; readonly trace: PeSurroundings['trace'] }
  readonly #waiting: { readonly from: number; readonly message: PeMessage }[] = []

  constructor(options: { readonly peId: string; readonly trace: PeSurroundings['trace'] }) {
    this.#options = options
  }

  put(from: number, message: PeMessage): void {
    this.#waiting.push({ from, message })
    if (this.#waiting.length <= waitingMax) return
    this.#waiting.shift()
    const { peId, trace } = this.#options
    const text = `A tuple for PE ${peId} was lost: that PE does not run, and the queue for it is full.`
    trace({ level: 'error', aspect: 'Runtime', text })
  }

  empty(take: (from: number, message: PeMessage) => void): void {
    for (const { from, message } of this.#waiting.splice(0)) take(from, message)
  }
}
