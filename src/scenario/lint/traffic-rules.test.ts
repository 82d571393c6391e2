import { expect, test } from 'vitest'
import { messagesOf, rulesOf } from './testing/findings.ts'

const kill = 'fault_scenario: [{ kill: { target: dc1.job }, at: 400 s }]\n'
const order = 'post_failover_validation_checks: [order]\n'
const traffic = (fields: string): string => `pre_failover_data: { rate: 20/s, ${fields} }\n`

test('traffic is redirected when its own DC may fail, and goes on until then', () => {
  const redirect = 'redirect: { after: 5 s }'
  expect(rulesOf(traffic(redirect) + kill + order)).toEqual([])
  expect(rulesOf(traffic(`${redirect}, into: dc2`) + kill + order)).toEqual(['redirect-without-effect'])
  expect(rulesOf(traffic(`${redirect}, into: both`) + kill + order)).toEqual([])
  expect(rulesOf(traffic(`${redirect}, until: fault`) + kill + order)).toEqual(['redirect-without-effect'])
})

test('nobody sends into a DC that is dead from the start', () => {
  const dead = (at: string): string => `fault_scenario: [{ cancel_job: { target: dc2 }, at: ${at} }]\n`
  expect(rulesOf(traffic('into: both') + dead('0 s') + order)).toEqual(['traffic-into-dead'])
  expect(rulesOf(traffic('into: dc1') + dead('0 s') + order)).toEqual([])
  expect(rulesOf(traffic('into: both') + dead('60 s') + order)).toEqual([])
})

test('a warm-up is over before the first fault and before the traffic', () => {
  expect(rulesOf(traffic('warmup: 399 s') + kill + order)).toEqual([])
  expect(rulesOf(traffic('warmup: 400 s') + kill + order)).toEqual(['warmup-too-long'])
  expect(rulesOf(traffic('warmup: 59 s, for: 60 s') + kill + order)).toEqual([])
  expect(rulesOf(traffic('warmup: 60 s, count: 1200') + kill + order)).toEqual(['warmup-too-long'])
})

test('traffic may end a snapshot period before the fault where no loss is limited', () => {
  const late = kill.replace('400', '900')
  const limit = 'post_failover_validation_checks: [loss: { at_most: 150 s }]\n'
  expect(rulesOf(traffic('for: 709 s') + late + limit)).toEqual(['traffic-ends-early'])
  expect(rulesOf(traffic('for: 711 s') + late + limit)).toEqual([])
  expect(rulesOf(traffic('count: 1200') + late + limit)).toEqual(['traffic-ends-early'])
  expect(rulesOf(traffic('for: 60 s') + late + order)).toEqual([])
  expect(rulesOf(traffic('for: 60 s') + late.replace('at: 900 s', 'when: dc1.protected') + limit)).toEqual([])
})

test('the rate counts at its peak, into each DC, and by the time scale', () => {
  const rate = (fields: string, opts = ''): string => `pre_failover_data: { ${fields} }\n${kill}${order}${opts}`
  expect(rulesOf(rate('rate: 333/s'))).toEqual([])
  expect(rulesOf(rate('rate: 334/s'))).toEqual(['traffic-over-capacity'])
  expect(rulesOf(rate('rate: 167/s, into: both'))).toEqual(['traffic-over-capacity'])
  expect(rulesOf(rate('rate: 10/s, arrival: { burst: { to: 500/s, every: 60 s, for: 5 s } }'))).toEqual([
    'traffic-over-capacity',
  ])
  expect(rulesOf(rate('rate: 1000/s', 'opts: { time_scale: 20 }'))).toEqual([])
  expect(messagesOf('traffic-over-capacity', rate('rate: 1000/s', 'opts: { time_scale: 30 }'))).toEqual([
    '1000 tuples a second at a time scale of 30 are 30000 a second of real time; the embedded testbed carries 20000.',
  ])
})

test('a figure needs a fault for its baseline, and traffic in its phase', () => {
  const figure = (text: string): string => `post_failover_validation_checks: [${text}]\n`
  const relative = figure('throughput: { at_least: 95 % of baseline }')
  expect(rulesOf(traffic('keys: 4') + relative)).toEqual(['baseline-missing'])
  expect(rulesOf(traffic('keys: 4') + kill + relative)).toEqual([])
  const outage = figure('latency: { at_most: 2 s, phase: outage }')
  expect(rulesOf(traffic('keys: 4') + outage)).toEqual(['phase-without-traffic'])
  expect(rulesOf(traffic('until: fault') + kill + outage)).toEqual(['phase-without-traffic'])
  const before = figure('latency: { at_most: 2 s, phase: before_fault }')
  expect(rulesOf(traffic('until: fault') + kill + before)).toEqual([])
})
