// Versions of everything that a result depends on, for run.json and the doctor.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

export function jobVersions(): Record<string, string> {
  return {
    'organ-mosaic': versionIn(join(root, 'package.json')),
    node: process.versions.node,
    tfjs: packageVersion('@tensorflow/tfjs'),
    'tfjs-node': packageVersion('@tensorflow/tfjs-node-gpu'),
    platform: `${process.platform}-${process.arch}`,
  }
}

function packageVersion(name: string): string {
  try {
    return versionIn(createRequire(import.meta.url).resolve(`${name}/package.json`))
  } catch {
    return 'not installed'
  }
}

function versionIn(packageFile: string): string {
  const content: unknown = JSON.parse(readFileSync(packageFile, 'utf8'))
  const version = typeof content === 'object' && content !== null && 'version' in content ? content.version : null
  return typeof version === 'string' ? version : 'unknown'
}
