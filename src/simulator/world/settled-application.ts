import type { Application, ApplicationEffect, ApplicationOperator } from '../../applications/application.ts'

/** An application whose load is brought up to date before anything that reads its state or changes what becomes of the load. */
export class SettledApplication implements Application {
  readonly #application: Application
  readonly #settle: () => void

  constructor(application: Application, settle: () => void) {
    this.#application = application
    this.#settle = settle
  }

  get channels(): number {
    return this.#application.channels
  }

  get remoteChannels(): number {
    return this.#application.remoteChannels ?? this.#application.channels
  }

  operators(): readonly ApplicationOperator[] {
    return this.#application.operators()
  }

  start(options: Parameters<Application['start']>[0]): readonly ApplicationEffect[] {
    return this.#application.start(options)
  }

  timer(timer: string): readonly ApplicationEffect[] {
    return this.#application.timer(timer)
  }

  launched(result: Parameters<Application['launched']>[0]): readonly ApplicationEffect[] {
    return this.#application.launched(result)
  }

  ingest(items: Parameters<Application['ingest']>[0]): readonly ApplicationEffect[] {
    this.#settle()
    return this.#application.ingest(items)
  }

  command(command: Parameters<Application['command']>[0]): readonly ApplicationEffect[] {
    this.#settle()
    return this.#application.command(command)
  }

  specialMessageLine(line: string): readonly ApplicationEffect[] {
    return this.#application.specialMessageLine(line)
  }

  signal(signal: Parameters<Application['signal']>[0]): readonly ApplicationEffect[] {
    this.#settle()
    return this.#application.signal(signal)
  }

  status(active: boolean, about: Parameters<Application['status']>[1]): readonly ApplicationEffect[] {
    this.#settle()
    return this.#application.status(active, about)
  }

  replay(message: Parameters<Application['replay']>[0]): readonly ApplicationEffect[] {
    this.#settle()
    return this.#application.replay(message)
  }
}
