// A mapping as a file in the downloads of whoever sits there.
import type { MappingFile } from '../../../contract/mapping-file.ts'

export function saveMapping(file: MappingFile): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(file, null, 2)}\n`], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${file.dataset ?? 'labels'}.mapping.json`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
