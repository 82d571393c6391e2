import type { Command } from 'commander'
import { formatProblem } from '../model/errors.ts'
import { lintFiles } from '../scenario/lint.ts'
import { exitCodes } from './exit-codes.ts'

/** `failover lint`: checks scenario files without running them. */
export function addLint(program: Command): void {
  program
    .command('lint')
    .description('check scenario files; exit code 2 when there is an error')
    .argument('<files...>', 'scenario files')
    .option('--json', 'print the findings as JSON')
    .action(async (files: string[], options: { json?: true }) => {
      const findings = await lintFiles(files)
      const errors = findings.filter(({ severity }) => severity === 'error')
      if (options.json === true) process.stdout.write(`${JSON.stringify(findings)}\n`)
      else for (const finding of findings) process.stderr.write(`${finding.severity}: ${formatProblem(finding)}\n`)
      if (errors.length > 0) process.exitCode = exitCodes.usage
      else if (options.json !== true) process.stdout.write(`${files.length} checked, no errors.\n`)
    })
}
