/** Undoes one thing. */
export type Disposer = () => void | Promise<void>

/**
 * A stack of things to undo, newest first: what AsyncDisposableStack is, which Node 22 lacks. Disposal goes on after an error;
 * several errors come out as one AggregateError, in the order they happened, a single one as it is. Disposing twice is disposing
 * once: the second call gives the first one's result.
 */
export class Disposables implements AsyncDisposable {
  #stack: Disposer[] = []
  #disposal: Promise<void> | undefined

  /** @throws Error when the stack was disposed or moved: what was acquired then would never be undone. */
  defer(disposer: Disposer): void {
    if (this.#disposal !== undefined) throw new Error('Expected to defer before disposal, but it has begun')
    this.#stack.push(disposer)
  }

  /** Takes over a resource's disposal and returns the resource. */
  use<T extends AsyncDisposable | Disposable>(resource: T): T {
    this.defer(async () => {
      if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]()
      else resource[Symbol.dispose]()
    })
    return resource
  }

  /** Hands everything over to a new stack and leaves this one disposed: for set-ups that undo themselves unless they succeed. */
  move(): Disposables {
    const moved = new Disposables()
    for (const disposer of this.#stack) moved.defer(disposer)
    this.#stack = []
    this.#disposal = Promise.resolve()
    return moved
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#disposeAll()
    await this.#disposal
  }

  async #disposeAll(): Promise<void> {
    const errors: unknown[] = []
    for (let disposer = this.#stack.pop(); disposer !== undefined; disposer = this.#stack.pop()) {
      try {
        await disposer()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} disposals failed`)
    if (errors.length === 1) throw errors[0]
  }
}
