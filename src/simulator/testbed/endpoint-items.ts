import { ledgerOperators } from '../../model/ledger.ts'

/** The attributes of what the ledger's endpoints take, by their SPL types; the items are in src/model/ledger.ts. */
const attributes: Readonly<Record<string, Readonly<Record<string, 'rstring' | 'int64' | 'uint32'>>>> = {
  [ledgerOperators.ingest]: { key: 'rstring', seq: 'int64', payload: 'rstring', checksum: 'uint32' },
  [ledgerOperators.control]: { command: 'rstring', queryId: 'rstring', argument: 'rstring' },
}

/** What is wrong with the items of an injection (data-exchange reference §4, §6); undefined when nothing is. */
export function itemsProblem(operator: string, items: readonly object[]): string | undefined {
  const types = Object.entries(attributes[operator] ?? {})
  for (const [index, item] of items.entries()) {
    for (const [name, type] of types) {
      const value: unknown = Reflect.get(item, name)
      if (!fits(value, type)) {
        return `Expected \`items[${index}].${name}\` to be ${type}, got ${preview(value)} for ${operator}.`
      }
    }
  }
  return undefined
}

function fits(value: unknown, type: 'rstring' | 'int64' | 'uint32'): boolean {
  if (type === 'rstring') return typeof value === 'string'
  if (type === 'uint32') return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 32
  return Number.isSafeInteger(value)
}

function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
