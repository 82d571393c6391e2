import type { AskedCheck } from '../model/check.ts'
import { ScenarioError } from '../model/errors.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { checkSchemasFor } from '../scenario/check-schema.ts'
import { plainValue, schemaProblems } from '../scenario/schema-problems.ts'
import { parseYamlTree } from '../scenario/yaml-tree.ts'

/**
 * Checks as they stand in `post_failover_validation_checks`, one or a list, given at the command line.
 * @throws ScenarioError that names the option, line and column of everything wrong
 */
export function parseChecks(
  texts: readonly string[],
  extensions: readonly ExtensionDescriptor[],
): readonly AskedCheck[] {
  const schemas = checkSchemasFor(extensions)
  return texts.flatMap((text, index) => {
    const file = texts.length === 1 ? '--check' : `--check ${index + 1}`
    const { tree, problems } = parseYamlTree({ file, text })
    if (tree === null || problems.length > 0) throw new ScenarioError(problems)
    const plain = plainValue(tree)
    const parsed = Array.isArray(plain) ? schemas.checks.safeParse(plain) : schemas.check.safeParse(plain)
    if (!parsed.success) throw new ScenarioError(schemaProblems(tree, parsed.error.issues))
    return Array.isArray(parsed.data) ? parsed.data : [parsed.data]
  })
}
