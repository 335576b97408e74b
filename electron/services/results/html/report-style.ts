// The look of the report: paper, one column, tables that print.
export const REPORT_STYLE = `
:root { color-scheme: light; }
body { max-width: 1080px; margin: 32px auto; padding: 0 24px; color: #17202b; background: #fff;
  font: 14px/1.5 'Inter', 'Segoe UI', system-ui, 'DejaVu Sans', sans-serif; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 36px 0 8px; } h3 { font-size: 15px; margin: 20px 0 6px; }
p { margin: 4px 0 12px; } .soft { color: #445161; }
.notice { padding: 8px 12px; border: 1px solid #8a5a00; border-radius: 4px; color: #6b4500; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0 16px; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: #445161; padding-bottom: 4px; }
th, td { padding: 3px 10px; border-bottom: 1px solid #d5dbe2; text-align: right; white-space: nowrap; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
td.text { white-space: normal; overflow-wrap: anywhere; }
thead th { border-bottom: 2px solid #8b96a4; font-weight: 600; } tbody th { font-weight: 400; }
.key { display: inline-block; width: 12px; height: 12px; margin-right: 6px; border-radius: 2px; vertical-align: -1px; }
svg { max-width: 100%; height: auto; } svg text { font: 11px 'Inter', 'Segoe UI', system-ui, 'DejaVu Sans', sans-serif; fill: #17202b; }
svg .grid { stroke: #d5dbe2; } svg .zero { stroke: #17202b; } svg .interval { stroke: #0a62ab; stroke-width: 2; }
svg .clear { fill: #0a62ab; } svg .unclear { fill: #fff; stroke: #0a62ab; stroke-width: 2; }
pre { padding: 12px; overflow-x: auto; background: #f3f5f7; font-size: 12px; }
code { font-size: 12px; overflow-wrap: anywhere; }
footer { margin-top: 40px; padding-top: 12px; border-top: 1px solid #d5dbe2; color: #445161; }
@media print { body { margin: 0; max-width: none; } details { display: block; } svg, table { break-inside: avoid; } }
`
