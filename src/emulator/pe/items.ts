import type { Endpoint, EndpointAttribute } from '../ledger-endpoints.ts'
import { isRecord } from '../../support/plain-json.ts'

/** Either the tuples of a request, or what is wrong with it. */
export type ReadItems =
  { readonly ok: true; readonly items: readonly object[] } | { readonly ok: false; readonly message: string }

/** Reads the body of an injection: `{"items":[…]}` with every attribute of its type (data-exchange reference §4 and §6). */
export function readItems(body: Uint8Array, endpoint: Endpoint): ReadItems {
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'))
  } catch (error) {
    return { ok: false, message: `Expected a JSON body, got one that does not parse: ${String(error)}.` }
  }
  const items = typeof parsed === 'object' && parsed !== null && 'items' in parsed ? parsed.items : undefined
  if (!Array.isArray(items))
    return { ok: false, message: 'Expected a body {"items": […]}, got one without an `items` array.' }
  for (const [index, item] of items.entries()) {
    const problem = problemOf(item, endpoint.attributes)
    if (problem !== undefined)
      return { ok: false, message: `Expected \`items[${index}]${problem} for ${endpoint.operator}.` }
  }
  return { ok: true, items: items as readonly object[] }
}

function problemOf(item: unknown, attributes: readonly EndpointAttribute[]): string | undefined {
  if (!isRecord(item) || Array.isArray(item)) return `\` to be an object, got ${preview(item)}`
  for (const { name, splType } of attributes) {
    if (!fits(item[name], splType)) return `.${name}\` to be ${splType}, got ${preview(item[name])}`
  }
  return undefined
}

/** The types that inject endpoints use. */
function fits(value: unknown, splType: string): boolean {
  if (splType === 'rstring') return typeof value === 'string'
  if (splType === 'uint32') return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 32
  return Number.isSafeInteger(value)
}

function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
