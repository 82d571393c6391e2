import type { MetricSource } from '../model/check.ts'
import { withoutCredentials } from './authorized-url.ts'

/** A metric's source as one text, as samples name it: `rest dc1 LedgerIngest`. */
export function sourceName(source: MetricSource): string {
  switch (source.kind) {
    case 'rest':
      return source.operator === undefined ? `rest ${source.dc}` : `rest ${source.dc} ${source.operator}`
    case 'prometheus':
      return `prometheus ${withoutCredentials(source.url)}${source.query === undefined ? '' : ` ${source.query}`}`
    case 'jmx':
      return `jmx ${withoutCredentials(source.url)} ${source.mbean}`
    default:
      return source satisfies never
  }
}
