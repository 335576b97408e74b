export const electron = await import('electron')
