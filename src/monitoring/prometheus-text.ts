/** A sample of Prometheus' text exposition format, version 0.0.4. */
export interface PrometheusSample {
  /** With its labels as they stand: `http_requests_total{code="200"}`. */
  readonly series: string
  readonly name: string
  readonly value: number
}

const sampleLine = /^([A-Za-z_:][\w:]*)(\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\})?\s+(\S+)(?:\s+-?\d+)?$/

const specialValues: Readonly<Record<string, number>> = { '+Inf': Infinity, '-Inf': -Infinity, NaN: Number.NaN }

/** The samples of a page; comments and lines that are none are left out. */
export function parsePrometheusText(page: string): readonly PrometheusSample[] {
  return page.split('\n').flatMap((line) => {
    const match = sampleLine.exec(line.trim())
    const [, name, labels = '', text = ''] = match ?? []
    const value = specialValues[text] ?? Number(text)
    if (name === undefined || text === '' || (Number.isNaN(value) && text !== 'NaN')) return []
    return [{ series: `${name}${labels}`, name, value }]
  })
}

/**
 * The value of a metric by its name, or by its name with labels, given in any order: `name{a="1"}` matches series with more labels
 * too. Undefined when no series matches; several that match are added up.
 */
export function prometheusValue(samples: readonly PrometheusSample[], wanted: string): number | undefined {
  const [name = '', labels = ''] = wanted.split(/(?=\{)/, 2)
  const asked = labelsOf(labels)
  const matching = samples.filter((sample) => {
    const has = labelsOf(sample.series.slice(sample.name.length))
    return sample.name === name.trim() && asked.every((label) => has.includes(label))
  })
  if (matching.length === 0) return undefined
  return matching.reduce((sum, { value }) => sum + value, 0)
}

function labelsOf(text: string): readonly string[] {
  return [...text.matchAll(/(\w+)\s*=\s*("(?:[^"\\]|\\.)*")/g)].map(([, name, value]) => `${name}=${value}`)
}
