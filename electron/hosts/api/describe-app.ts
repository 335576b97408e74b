// What a host tells its page about itself, and where the built page lies.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AppInfo } from '../../../contract/api/app.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Services } from '../../services/services.ts'
import { readVersion } from '../read-version.ts'

export const describeApp = (services: Services, host: AppInfo['host']): AppInfo => ({
  version: readVersion(),
  home: services.workspace.home,
  readOnly: services.workspace.readOnly,
  host,
  platform: `${process.platform}-${process.arch}`,
  roots: services.folders.roots(),
})

/** @returns its folder, absolute @throws OrganMosaicError `environment` when it is not built */
export function findBuiltPage(): string {
  const page = join(import.meta.dirname, '../../../dist/renderer')
  if (existsSync(join(page, 'index.html'))) return page
  throw new OrganMosaicError(
    'environment',
    `The page is missing (${page}). In a clone, run npm run build; otherwise unpack or install OrganMosaic again.`,
  )
}
