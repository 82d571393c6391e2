import { readBody } from '../http-server.ts'
import { collection, selected } from './collection.ts'
import type { RememberedConfiguration as Configuration } from './management-journal.ts'
import { instanceId } from './representations.ts'
import { json, type Call, type RouteEntry } from './service.ts'
import { badRequest, notFound, ServiceError } from './service-error.ts'
import { isRecord } from '../../support/plain-json.ts'

/** The instance's application configurations (streams-rest-api reference §11). */
export class ApplicationConfigurations {
  readonly #configurations = new Map<string, Configuration>()
  readonly #self: () => string
  readonly #changed: () => void

  constructor(options: {
    /** Gives the collection's absolute URI. */
    readonly self: () => string
    /** One was made, changed or deleted. */
    readonly changed: () => void
  }) {
    this.#self = options.self
    this.#changed = options.changed
  }

  clear(): void {
    this.#configurations.clear()
  }

  list(): readonly Configuration[] {
    return [...this.#configurations.values()]
  }

  /** Takes up those of the process before. */
  restore(configurations: readonly Configuration[]): void {
    for (const configuration of configurations) this.#configurations.set(configuration.name, configuration)
  }

  routes(): readonly RouteEntry[] {
    const all = `instances/${instanceId}/applicationconfigurations`
    const one = `${all}/:`
    return [
      { method: 'GET', pattern: all, handle: ({ query }) => json(this.#list(query)) },
      { method: 'POST', pattern: all, handle: async (call) => json(await this.#create(call), 201) },
      { method: 'GET', pattern: one, handle: (call) => json(selected(this.#represent(this.#find(call)), call.query)) },
      { method: 'PATCH', pattern: one, handle: async (call) => json(await this.#change(call)) },
      {
        method: 'DELETE',
        pattern: one,
        handle: (call) => {
          this.#configurations.delete(this.#find(call).name)
          this.#changed()
          return { kind: 'empty', status: 204 }
        },
      },
    ]
  }

  #list(query: URLSearchParams): object {
    const elements = [...this.#configurations.values()].map((configuration) => this.#represent(configuration))
    return collection({
      key: 'applicationConfigurations',
      type: 'applicationConfiguration',
      self: this.#self(),
      elements,
      query,
    })
  }

  async #create(call: Call): Promise<object> {
    const { name, description, properties } = await readJson(call)
    if (typeof name !== 'string' || name === '')
      throw badRequest(`Expected \`name\` to be a text, got ${JSON.stringify(name)}.`)
    if (this.#configurations.has(name)) {
      throw new ServiceError(409, 'CDISW5010E', `The application configuration ${name} exists already.`)
    }
    const now = Date.now()
    const created: Configuration = {
      name,
      description: typeof description === 'string' ? description : '',
      properties: withChanges({}, properties),
      creationTime: now,
      lastModifiedTime: now,
    }
    this.#configurations.set(name, created)
    this.#changed()
    return this.#represent(created)
  }

  async #change(call: Call): Promise<object> {
    const { description, properties } = await readJson(call)
    const before = this.#find(call)
    const after: Configuration = {
      ...before,
      description: typeof description === 'string' ? description : before.description,
      properties: withChanges(before.properties, properties),
      lastModifiedTime: Date.now(),
    }
    this.#configurations.set(after.name, after)
    this.#changed()
    return this.#represent(after)
  }

  #find({ path }: Call): Configuration {
    const [name = ''] = path
    const found = this.#configurations.get(name)
    if (found === undefined) throw notFound('applicationConfiguration', name)
    return found
  }

  #represent(configuration: Configuration): Readonly<Record<string, unknown>> {
    const { name } = configuration
    return {
      ...configuration,
      self: `${this.#self()}/${encodeURIComponent(name)}`,
      restid: name,
      resourceType: 'applicationConfiguration',
      owner: 'streamsadmin',
    }
  }
}

/** A null deletes the key; others are added or replaced. */
function withChanges(before: Readonly<Record<string, string>>, changes: unknown): Readonly<Record<string, string>> {
  if (changes === undefined) return before
  if (typeof changes !== 'object' || changes === null) {
    throw badRequest(`Expected \`properties\` to be an object, got ${JSON.stringify(changes)}.`)
  }
  const after = new Map(Object.entries(before))
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) after.delete(key)
    else after.set(key, String(value))
  }
  return Object.fromEntries(after)
}

/**
 * A request's body as an object.
 * @throws ServiceError when it is none
 */
export async function readJson(call: Call): Promise<Readonly<Record<string, unknown>>> {
  const text = (await readBody(call.request)).toString('utf8')
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw badRequest(`The request body is not JSON: ${JSON.stringify(text.slice(0, 60))}.`)
  }
  if (!isRecord(body)) throw badRequest('Expected the request body to be a JSON object.')
  return body
}
