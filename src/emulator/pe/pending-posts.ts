/** What became of a POST: handed on, or its operator failed to submit it. */
export type PostOutcome = 'accepted' | 'failed'

interface PendingPost {
  readonly portOffset: number
  readonly settle: (outcome: PostOutcome) => void
}

/** POSTs that a receiver has read and not yet answered: the watchdog behind it may have no room (toolkit reference §3.1). */
export class PendingPosts {
  readonly #posts = new Map<number, PendingPost>()
  #lastId = 0

  /** Hands a POST on; resolves when it is taken. */
  async submit(portOffset: number, handOn: (postId: number) => void): Promise<PostOutcome> {
    const postId = (this.#lastId += 1)
    return await new Promise((resolve) => {
      this.#posts.set(postId, { portOffset, settle: resolve })
      handOn(postId)
    })
  }

  accept(postId: number): void {
    this.#settle(postId, 'accepted')
  }

  /** The operators behind these receivers started anew: what waited for them is lost. */
  fail(isMeant: (portOffset: number) => boolean): void {
    for (const [postId, { portOffset }] of this.#posts) if (isMeant(portOffset)) this.#settle(postId, 'failed')
  }

  #settle(postId: number, outcome: PostOutcome): void {
    this.#posts.get(postId)?.settle(outcome)
    this.#posts.delete(postId)
  }
}
