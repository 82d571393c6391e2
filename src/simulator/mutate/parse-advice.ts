import assert from 'node:assert/strict'
import type { AskedCheck } from '../../model/check.ts'
import { checkSchemasFor } from '../../scenario/check-schema.ts'
import { plainValue } from '../../scenario/schema-problems.ts'
import { parseYamlTree } from '../../scenario/yaml-tree.ts'

const schemas = checkSchemasFor([])

/** A check of ours as it stands in `post_failover_validation_checks`, with the dash before it. */
export function parseAdvice(text: string): AskedCheck {
  const { tree, problems } = parseYamlTree({ file: 'advice', text })
  assert.ok(tree !== null && problems.length === 0, `Expected ${text} to be YAML`)
  const [check] = schemas.checks.parse(plainValue(tree))
  assert.ok(check !== undefined, `Expected ${text} to be a check`)
  return check
}
