import type { ToolkitEffect } from '../io.ts'

/** A watchdog's input port takes so many POSTs ahead of its operator (toolkit reference §3.1). */
export const watchdogQueueLimit = 40

interface Post<Work> {
  readonly work: Work
  readonly postId: number
}

/**
 * What waits for an operator that is busy. The queue is that of the receivers' port alone: what comes by the other ports comes by
 * its sender's thread, so it waits for the operator and goes before all posts. Posts beyond the limit are held unanswered, as the
 * receiver's own submit blocks: their 204 comes when there is room.
 */
export class InputQueue<Work> {
  /** A few at most: statuses, words and what the other operators have to say. */
  readonly #inside: Work[] = []
  readonly #waiting: Work[] = []
  readonly #held: Post<Work>[] = []

  /** Adds a post; answered at once if there is room. */
  post(work: Work, postId: number): readonly ToolkitEffect[] {
    if (this.#waiting.length >= watchdogQueueLimit) {
      this.#held.push({ work, postId })
      return []
    }
    this.#waiting.push(work)
    return [{ kind: 'accept_post', postId }]
  }

  /** Adds what came by another port. */
  add(work: Work): void {
    this.#inside.push(work)
  }

  /** Nothing will be done any more: answers the posts that are held. */
  abandon(): readonly ToolkitEffect[] {
    return this.#held.splice(0).map(({ postId }) => ({ kind: 'accept_post', postId }))
  }

  /** The next to be done, and the post that is answered because there is room for it now. */
  next(): { readonly work: Work; readonly effects: readonly ToolkitEffect[] } | undefined {
    const inside = this.#inside.shift()
    if (inside !== undefined) return { work: inside, effects: [] }
    const work = this.#waiting.shift()
    if (work === undefined) return undefined
    const held = this.#held.shift()
    if (held === undefined) return { work, effects: [] }
    this.#waiting.push(held.work)
    return { work, effects: [{ kind: 'accept_post', postId: held.postId }] }
  }
}
