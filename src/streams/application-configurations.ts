import type { WaitOptions } from '../model/clock.ts'
import type { ApplicationConfiguration } from '../model/streams-client.ts'
import type { InstanceResources } from './instance-resources.ts'
import { readRepresentation } from './representation.ts'
import { applicationConfigurationRepresentation } from './representations.ts'
import type { RestSession } from './rest-session.ts'

/** A configuration to write. */
export interface ConfigurationContent {
  readonly name: string
  readonly description?: string
  readonly properties: Readonly<Record<string, string>>
}

/** An instance's application configurations (streams-rest-api reference §11). */
export class ApplicationConfigurations {
  readonly #session: RestSession
  readonly #resources: InstanceResources

  constructor(options: { session: RestSession; resources: InstanceResources }) {
    this.#session = options.session
    this.#resources = options.resources
  }

  async list(wait: WaitOptions = {}): Promise<readonly ApplicationConfiguration[]> {
    const url = await this.#resources.applicationConfigurationsUrl(wait)
    return await this.#session.list(applicationConfigurationRepresentation, {
      url,
      key: 'applicationConfigurations',
      ...wait,
    })
  }

  /** Creates it, or makes its properties those given: a PATCH keeps what it does not name, so what is too much is set to null. */
  async put(content: ConfigurationContent, wait: WaitOptions = {}): Promise<ApplicationConfiguration> {
    const { name, description, properties } = content
    const present = await this.#find(name, wait)
    const tooMuch = Object.keys(present?.properties ?? {}).filter((key) => !Object.hasOwn(properties, key))
    const all = { ...properties, ...Object.fromEntries(tooMuch.map((key) => [key, null])) }
    const change = { ...(description === undefined ? {} : { description }), properties: all }
    const answer =
      present === undefined
        ? await this.#session.send({
            method: 'POST',
            url: await this.#resources.applicationConfigurationsUrl(wait),
            json: { name, ...change },
            expect: [200, 201],
            ...wait,
          })
        : await this.#session.send({ method: 'PATCH', url: present.self, json: change, ...wait })
    return readRepresentation(applicationConfigurationRepresentation, answer)
  }

  async delete(name: string, wait: WaitOptions = {}): Promise<boolean> {
    const present = await this.#find(name, wait)
    return present !== undefined && (await this.#session.remove(present.self, wait))
  }

  async #find(name: string, wait: WaitOptions): Promise<ApplicationConfiguration | undefined> {
    return (await this.list(wait)).find((configuration) => configuration.name === name)
  }
}
