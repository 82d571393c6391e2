// The shim's own small client of the DC's REST API. It shares no code with src/streams, as no part of the emulator does.

import { request } from 'node:http'
import { isRecord } from '../../support/plain-json.ts'
import { StreamtoolError } from './streamtool-error.ts'
import { streamtoolVariables } from './streamtool-variables.ts'

/** Real milliseconds for one request, far above what one takes on loopback. */
const requestLimitMs = 60_000

/** A representation of the API. */
export type Resource = Readonly<Record<string, unknown>>

interface Access {
  readonly restUrl: string
  readonly authorization: string
}

interface Asked {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly contentType?: string
  readonly body?: string | Uint8Array
}

/** The DC's instance and what can be asked of it. Not before something is asked is anything connected. */
export class RestConnection {
  readonly #access: Access
  #instance: Resource | undefined

  /** @throws StreamtoolError when the environment is not a launch script's */
  constructor(environment: NodeJS.ProcessEnv) {
    const read = (name: string): string => {
      const value = environment[name]
      if (value !== undefined && value !== '') return value
      throw new StreamtoolError(
        `Expected \`${name}\` in the environment, found nothing: this streamtool works only in a launch script of the emulator, ` +
          'with the environment that the script was given.',
      )
    }
    const user = `${read(streamtoolVariables.user)}:${read(streamtoolVariables.password)}`
    const authorization = `Basic ${Buffer.from(user).toString('base64')}`
    this.#access = { restUrl: read(streamtoolVariables.restUrl), authorization }
  }

  /** The instance's representation, found from the root document. */
  async instance(): Promise<Resource> {
    if (this.#instance !== undefined) return this.#instance
    const root = await this.get(this.#access.restUrl)
    const link = members(root, 'resources').find((resource) => text(resource, 'name') === 'instances')
    const [instance] = link === undefined ? [] : await this.list(text(link, 'resource'), 'instances')
    if (instance === undefined) throw new StreamtoolError(`No instance is to be found from ${this.#access.restUrl}.`)
    return (this.#instance = instance)
  }

  async get(url: string): Promise<Resource> {
    return await this.#json({ method: 'GET', url })
  }

  /** The elements of a collection. */
  async list(url: string, key: string): Promise<readonly Resource[]> {
    return members(await this.get(url), key)
  }

  async postJson(url: string, body: unknown): Promise<Resource> {
    return await this.#json({ method: 'POST', url, contentType: 'application/json', body: JSON.stringify(body) })
  }

  async postBundle(url: string, body: Uint8Array): Promise<Resource> {
    return await this.#json({ method: 'POST', url, contentType: 'application/x-jar', body })
  }

  /** @returns false when there is no such resource */
  async delete(url: string): Promise<boolean> {
    const { status, body } = await exchange({ method: 'DELETE', url }, this.#access)
    if (status >= 400 && status !== 404) throw refused(status, body)
    return status !== 404
  }

  async #json(asked: Asked): Promise<Resource> {
    const { status, body } = await exchange(asked, this.#access)
    if (status >= 400) throw refused(status, body)
    const answer = parse(body)
    if (isRecord(answer)) return answer
    throw new StreamtoolError(`Expected a JSON object from ${asked.url}, got ${body.slice(0, 200)}.`)
  }
}

/** A property that is a text, or `` where it is none. */
export function text(resource: Resource, name: string): string {
  const value = resource[name]
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

function members(resource: Resource, key: string): readonly Resource[] {
  const list = resource[key]
  return Array.isArray(list) ? list.filter(isRecord) : []
}

async function exchange(asked: Asked, access: Access): Promise<{ readonly status: number; readonly body: string }> {
  const { method, url, contentType, body } = asked
  const headers = {
    authorization: access.authorization,
    accept: 'application/json',
    ...(contentType !== undefined && { 'content-type': contentType, 'content-length': Buffer.byteLength(body ?? '') }),
  }
  return await new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      const message = `The management of this datacenter did not answer ${method} ${url}: ${cause.message}.`
      reject(new StreamtoolError(message, { cause }))
    }
    const sent = request(url, { method, headers, signal: AbortSignal.timeout(requestLimitMs) }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', fail)
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    sent.once('error', fail)
    sent.end(body)
  })
}

function refused(status: number, body: string): StreamtoolError {
  const answer = parse(body)
  const message = isRecord(answer) ? text(answer, 'message') : ''
  return new StreamtoolError(`${message === '' ? body.slice(0, 200) : message} (HTTP ${status})`)
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
