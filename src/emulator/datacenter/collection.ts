import { badRequest } from './service-error.ts'

type Representation = Readonly<Record<string, unknown>>

/** Query parameters that are no filters (streams-rest-api reference §3). */
const reserved = new Set(['count', 'page', 'fields', 'listFields', 'sort', 'verbose'])

interface CollectionOptions {
  /** Plural key of the array, such as `jobs`. */
  readonly key: string
  /** The element's type. */
  readonly type: string
  readonly self: string
  readonly elements: readonly Representation[]
  readonly query: URLSearchParams
}

/** A collection as every list of the API has it: filtered, sorted, a page of it, with `total` counted after filtering. */
export function collection(options: CollectionOptions): Representation {
  const { key, type, self, query } = options
  const elements = sorted(
    options.elements.filter((element) => matches(element, query)),
    query,
  )
  const { page, links } = paged(elements, { self, query })
  const list = { [key]: page.map((element) => selected(element, query)) }
  return { ...list, resourceType: `${type}List`, self, total: elements.length, ...links }
}

/** One element, with the properties that the query asks for. */
export function selected(element: Representation, query: URLSearchParams): Representation {
  const fields = query.get('fields')?.split(',')
  if (fields === undefined) return element
  return Object.fromEntries(Object.entries(element).filter(([name]) => fields.includes(name)))
}

/** Several properties are all to fit, of a property's values any one; properties that there are not are ignored. */
function matches(element: Representation, query: URLSearchParams): boolean {
  return [...query].every(([name, values]) => {
    const value = element[name]
    return reserved.has(name) || value === undefined || values.split(',').includes(textOf(value))
  })
}

function sorted(elements: readonly Representation[], query: URLSearchParams): readonly Representation[] {
  const keys = query.get('sort')?.split(',') ?? []
  return [...elements].sort((a, b) => {
    for (const key of keys) {
      const [direction, property = ''] = key.split('.', 2)
      const order = compare(a[property], b[property])
      if (order !== 0) return direction === 'desc' ? -order : order
    }
    return 0
  })
}

/** Ids are texts that sort as numbers. */
function compare(a: unknown, b: unknown): number {
  return textOf(a).localeCompare(textOf(b), 'en', { numeric: true })
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function paged(
  elements: readonly Representation[],
  at: { readonly self: string; readonly query: URLSearchParams },
): { readonly page: readonly Representation[]; readonly links: Representation } {
  const count = wholeNumber(at.query, 'count')
  if (count === undefined || count < 1) return { page: elements, links: {} }
  const last = Math.max(1, Math.ceil(elements.length / count))
  const asked = wholeNumber(at.query, 'page') ?? 1
  const number = asked === -1 ? last : asked
  const link = (page: number): string => `${at.self}?count=${count}&page=${page}`
  const links = {
    ...(number < last && { next: link(number + 1) }),
    ...(number > 1 && { previous: link(number - 1) }),
  }
  return { page: elements.slice((number - 1) * count, number * count), links }
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^-?\d+$/.test(text)) throw badRequest(`Expected \`${name}\` to be a whole number, got ${JSON.stringify(text)}.`)
  return Number(text)
}
