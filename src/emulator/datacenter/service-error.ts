import type { ServerResponse } from 'node:http'
import { replyJson } from '../http-server.ts'

/**
 * An error answer. Its body has both shapes that the product's releases use, `id` with `message` and `messages`, for which one
 * 7.2 sends is not public (streams-rest-api reference §3).
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly status: number
  readonly id: string

  constructor(status: number, id: string, message: string) {
    super(message)
    this.status = status
    this.id = id
  }
}

/** 404 for a resource that is not there. */
export function notFound(type: string, restid: string): ServiceError {
  return new ServiceError(404, 'CDISW5000E', `The resource of type ${type} and restid ${restid} was not found.`)
}

/** 400. The product's own ids for these refusals are not public. */
export function badRequest(message: string): ServiceError {
  return new ServiceError(400, 'CDISW5014E', message)
}

/** Sends an error. */
export function replyError(
  response: ServerResponse,
  error: ServiceError,
  headers: Readonly<Record<string, string>> = {},
): void {
  const message = `${error.id} ${error.message}`
  const body = { id: error.id, message, messages: [{ id: error.id, message }] }
  replyJson(response, { status: error.status, body, headers })
}
