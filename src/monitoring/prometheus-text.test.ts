import { expect, test } from 'vitest'
import { parsePrometheusText, prometheusValue } from './prometheus-text.ts'

const page = `# HELP up whether it is up
# TYPE up gauge
up 1
requests_total{code="200",path="/a b"} 7 1700000000000
requests_total{path="/",code="500"} 2
odd_label{text="a \\"quoted\\" } brace"} 3
never NaN
endless +Inf
broken line here
broken_value{a="1"} seven
`

test('reads names, labels, values and time stamps of a page', () => {
  expect(parsePrometheusText(page).map(({ series, value }) => [series, value])).toEqual([
    ['up', 1],
    ['requests_total{code="200",path="/a b"}', 7],
    ['requests_total{path="/",code="500"}', 2],
    ['odd_label{text="a \\"quoted\\" } brace"}', 3],
    ['never', Number.NaN],
    ['endless', Infinity],
  ])
})

test.for([
  ['up', 1],
  ['requests_total', 9],
  ['requests_total{code="500"}', 2],
  ['requests_total{ code="200", path="/a b" }', 7],
  ['requests_total{code="404"}', undefined],
  ['requests', undefined],
  ['', undefined],
] as const)('%s is %s', ([wanted, value]) => {
  expect(prometheusValue(parsePrometheusText(page), wanted)).toBe(value)
})
