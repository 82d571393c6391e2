import type { Application, ApplicationEffect } from '../../applications/application.ts'
import type { LedgerOutputItem, LedgerStateItem } from '../../model/ledger.ts'
import type { Composite } from '../../toolkit/composite.ts'
import type { SendResult, ToolkitEffect, ToolkitInput } from '../../toolkit/io.ts'
import type { SnapshotFiles } from './snapshot-files.ts'

/** What the host needs of the process around it. */
export interface HostSurroundings {
  readonly scheduleTick: (afterSeconds: number) => void
  readonly send: (effect: ToolkitEffect & { readonly kind: 'send' }) => Promise<SendResult>
  readonly output: (item: LedgerOutputItem) => void
  readonly state: (item: LedgerStateItem) => void
  readonly trace: (effect: ToolkitEffect & { readonly kind: 'trace' }) => void
  readonly event: (effect: ToolkitEffect & { readonly kind: 'event' }) => void
  /** An operator failed in a way that ends its PE. */
  readonly crash: (error: unknown) => void
}

interface ToolkitHostOptions {
  readonly composite: Composite
  readonly application: Application
  readonly files: SnapshotFiles
  readonly surroundings: HostSurroundings
}

/** Wires the composite and the application together and carries out what they answer, one step after the other. */
export class ToolkitHost {
  readonly #options: ToolkitHostOptions
  readonly #steps: (() => void)[] = []
  #isRunning = false

  constructor(options: ToolkitHostOptions) {
    this.#options = options
  }

  /** Gives the composite an input; its effects, and what follows from them, are done when this returns (a send goes on). */
  input(input: ToolkitInput): void {
    this.#run(() => {
      for (const effect of this.#options.composite.handle(input)) this.#perform(effect)
    })
  }

  /** Lets the application act, by any of its methods. */
  apply(act: (application: Application) => readonly ApplicationEffect[]): void {
    this.#run(() => {
      for (const effect of act(this.#options.application)) this.#performApplication(effect)
    })
  }

  /** Steps that a step leads to come after those that wait already. */
  #run(step: () => void): void {
    this.#steps.push(step)
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      for (let next = this.#steps.shift(); next !== undefined; next = this.#steps.shift()) next()
    } catch (error) {
      this.#options.surroundings.crash(error)
    } finally {
      this.#isRunning = false
    }
  }

  #perform(effect: ToolkitEffect): void {
    const { files, surroundings } = this.#options
    switch (effect.kind) {
      case 'schedule_tick':
        return surroundings.scheduleTick(effect.afterSeconds)
      case 'send':
        return this.#send(effect)
      case 'emit_signal':
        return this.apply((application) => application.signal(effect.signal))
      case 'emit_status':
        return this.apply((application) => application.status(effect.active))
      case 'emit_replay':
        return this.apply((application) => application.replay(effect.message))
      case 'store_write':
        return this.input({ kind: 'stored', name: effect.name, error: files.write(effect.name, effect.body) })
      case 'store_read': {
        const { requestId, name } = effect
        return this.input({ kind: 'store_read', requestId, name, body: files.read(name) })
      }
      case 'store_delete':
        return files.delete(effect.name)
      case 'store_delete_all':
        return files.deleteAll()
      case 'trace':
        return surroundings.trace(effect)
      case 'event':
        return surroundings.event(effect)
    }
  }

  #performApplication(effect: ApplicationEffect): void {
    const { surroundings } = this.#options
    switch (effect.kind) {
      case 'output':
        return surroundings.output(effect.item)
      case 'state':
        return surroundings.state(effect.item)
      case 'snapshot': {
        const { signal, part, blob } = effect
        return this.input({ kind: 'snapshot', signal, part, blob })
      }
      case 'special':
        return this.input({ kind: 'special', message: effect.message })
    }
  }

  #send(effect: ToolkitEffect & { readonly kind: 'send' }): void {
    const { surroundings } = this.#options
    surroundings.send(effect).then(
      (result) => this.input({ kind: 'sent', sendId: effect.sendId, result }),
      (error: unknown) => surroundings.crash(error),
    )
  }
}
