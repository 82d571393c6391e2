// Keeps the SPL source of the ledger in step with the built-in one: it reads the text only, for there is no compiler.

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeBuiltin } from '../src/applications/builtins.ts'
import { ledgerEndpoints } from '../src/emulator/ledger-endpoints.ts'
import { ledgerParameters } from '../src/model/ledger.ts'

const folder = 'fixtures/apps/ledger'
const sourceOf = (name: string): string => readFileSync(`${folder}/failover.ledger/${name}.spl`, 'utf8')
const main = withoutComments(sourceOf('Ledger'))
const types = withoutComments(sourceOf('LedgerTypes'))

function withoutComments(text: string): string {
  return text.replaceAll(/\/\/.*$/gm, '')
}

/** The attributes of `type NAME = …;` as `type name`, split at the commas outside of angle brackets. */
function attributesOf(name: string): readonly string[] {
  const [, body = ''] = new RegExp(`\\btype ${name} = ([^;]*);`).exec(types) ?? []
  const parts: string[] = ['']
  let depth = 0
  for (const character of body) {
    if (character === '<') depth += 1
    if (character === '>') depth -= 1
    if (character === ',' && depth === 0) parts.push('')
    else parts.push(`${parts.pop() ?? ''}${character}`)
  }
  return parts.map((part) => part.replaceAll(/\s+/g, ' ').trim())
}

/** The endpoint operators of the graph, each with its stream's type and the port that its annotation names. */
function endpointsOf(text: string): readonly (readonly string[])[] {
  const sources = text.matchAll(
    /@endpoint\(port=(\w+),[^)]*\)\s*\(stream<(\w+)> (\w+)\) as (\w+) = EndpointSource\(\)/g,
  )
  const sinks = text.matchAll(/@endpoint\(port=(\w+),[^)]*\)\s*\(\) as (\w+) = EndpointSink\((\w+)\)/g)
  const typeOf = (stream: string): string => new RegExp(`stream<(\\w+)> ${stream}\\b`).exec(text)?.[1] ?? ''
  return [
    ...[...sources].map(([, port = '', type = '', stream = '', operator = '']) => {
      return ['inject', operator, type, String(port === stream)]
    }),
    ...[...sinks].map(([, port = '', operator = '', stream = '']) => {
      return ['inspect', operator, typeOf(stream), String(port === stream)]
    }),
  ]
}

describe('the endpoints', () => {
  const endpoints = endpointsOf(main)

  test('are the operators that the built-in ledger has', () => {
    expect(endpoints.map(([kind, operator]) => [kind, operator])).toEqual(
      ledgerEndpoints.map(({ kind, operator }) => [kind, operator]),
    )
    expect(main.match(/= Endpoint(Source|Sink)\(/g)).toHaveLength(ledgerEndpoints.length)
  })

  test.each(ledgerEndpoints)('of $operator have the attributes of the built-in ledger, in their order', (endpoint) => {
    const [, , type = ''] = endpoints.find(([, operator]) => operator === endpoint.operator) ?? []
    expect(attributesOf(type)).toEqual(endpoint.attributes.map(({ name, splType }) => `${splType} ${name}`))
  })

  test('are annotated with a port of their own', () => {
    expect(endpoints.map(([, , , isOwn]) => isOwn)).toEqual(['true', 'true', 'true', 'true'])
  })

  test.each(ledgerEndpoints)('of $operator are summed up as in the generated documentation', ({ summary }) => {
    expect(main).toContain(`summary="${summary}"`)
  })

  test('take items out once, with room for as many as the emulator has', () => {
    expect([...main.matchAll(/bufferSize: (\d+)/g)].map(([, size]) => size)).toEqual([
      '20000',
      '20000',
      '200000',
      '200000',
    ])
    expect(main.match(/consumingReads: true/g)).toHaveLength(2)
  })
})

describe('the submission-time values', () => {
  const given = [...main.matchAll(/getSubmissionTimeValue\("(\w+)"(?:, "([^"]*)")?\)/g)]
  const { parameters } = describeBuiltin('ledger')

  test('have the names of the built-in ledger', () => {
    expect(given.map(([, name]) => name)).toEqual(Object.values(ledgerParameters))
  })

  test.each(parameters)('$name has the default of the built-in ledger, or none', ({ name, ...parameter }) => {
    expect(given.find(([, each]) => each === name)?.[2]).toBe(parameter.default)
  })
})

test('the main composite has the application name of the built-in ledger', () => {
  const [, namespace] = /namespace ([\w.]+);/.exec(main) ?? []
  const [, composite] = /composite (\w+) \{/.exec(main) ?? []
  expect(`${namespace}::${composite}`).toBe(describeBuiltin('ledger').applicationName)
})

test('brackets are balanced in every file', () => {
  for (const name of ['Ledger', 'LedgerTypes', 'LedgerState', 'LedgerBlob', 'Checksum']) {
    const text = withoutComments(sourceOf(name)).replaceAll(/"[^"]*"/g, '""')
    const count = (bracket: string): number => text.split(bracket).length
    for (const [open = '', close = ''] of ['{}', '()', '[]']) expect([name, count(open)]).toEqual([name, count(close)])
  }
})
