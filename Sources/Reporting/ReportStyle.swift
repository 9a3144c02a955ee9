// How a report looks: on a desk, on a telephone, and on A4.

/// The style sheet. No colour carries a meaning alone; every text has a contrast of at least 4.5 : 1.
let reportStyle = """
    :root{--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--pale:#f6f8fa;--link:#0b57a4;
    --fake:#a4133c;--review:#8a5300;--uncertain:#57606a;--real:#1a6b4a;--skipped:#5b4a8a;--error:#1b1f24}
    *{box-sizing:border-box}
    body{margin:0;color:var(--ink);background:#fff;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
    main,header,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
    header{padding-top:1.75rem;border-bottom:3px solid var(--ink)}
    h1{font-size:1.9rem;margin:0 0 .2rem;line-height:1.2}
    h2{font-size:1.3rem;margin:2.4rem 0 .6rem;padding-bottom:.2rem;border-bottom:1px solid var(--line)}
    h3{font-size:1rem;margin:0 0 .5rem;overflow-wrap:anywhere}
    p,ul,dl{margin:.5rem 0}
    p,li{max-width:48rem}
    a{color:var(--link)}
    a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,summary:focus-visible{outline:3px solid var(--link);outline-offset:2px}
    .skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:#fff;padding:.3rem .6rem}
    .lead{color:var(--soft);margin:0 0 1.1rem;overflow-wrap:anywhere}
    nav{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.9rem;margin:0 0 .8rem}
    .note{border-left:4px solid var(--review);background:#fff8ec;padding:.6rem .9rem;max-width:50rem;margin:.8rem 0}
    .note p{margin:.2rem 0}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.7rem;margin:1.2rem 0;padding:0;list-style:none}
    .tiles li{border:1px solid var(--line);border-top:4px solid var(--soft);border-radius:4px;padding:.5rem .8rem;background:var(--pale)}
    .tiles b{display:block;font-size:1.7rem;line-height:1.2}
    .tiles .fake{border-top-color:var(--fake)}.tiles .review{border-top-color:var(--review)}.tiles .real{border-top-color:var(--real)}
    .tiles .skipped{border-top-color:var(--skipped)}
    table{border-collapse:collapse;width:100%;font-size:.92rem;margin:.6rem 0}
    caption{text-align:left;color:var(--soft);padding-bottom:.3rem}
    th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
    th{font-weight:600;background:var(--pale)}
    td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    .narrow{width:auto;min-width:24rem;max-width:100%}
    .path,.hash{overflow-wrap:anywhere;font-family:ui-monospace,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:.86em}
    .hash{color:var(--soft)}
    .files td.path{min-width:15rem}
    .v{white-space:nowrap;font-weight:600}
    .v.fake,.v.error{color:var(--fake)}.v.review{color:var(--review)}.v.uncertain{color:var(--uncertain)}
    .v.real{color:var(--real)}.v.skipped{color:var(--skipped)}
    .chart{width:100%;max-width:48rem;height:auto;display:block;font-size:12px}
    .chart text{fill:var(--ink)}.grid{stroke:var(--line)}.limit{stroke:var(--ink);stroke-dasharray:4 3}
    .chart rect.fake{fill:#c2335a}.chart rect.review{fill:#d08a1d}.chart rect.uncertain{fill:#9aa4ae}.chart rect.real{fill:#3d9970}
    .legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.9rem;list-style:none;padding:0}
    .legend svg{width:12px;height:12px;margin-right:.35rem}
    .legend rect.fake{fill:#c2335a}.legend rect.review{fill:#d08a1d}.legend rect.uncertain{fill:#9aa4ae}.legend rect.real{fill:#3d9970}
    details{margin:.6rem 0}summary{cursor:pointer;color:var(--link)}
    .card{border:1px solid var(--line);border-radius:6px;padding:1rem;margin:1rem 0}
    .card.fake{border-left:6px solid var(--fake)}.card.review{border-left:6px solid var(--review)}
    .pictures{display:flex;flex-wrap:wrap;gap:1rem;margin:.6rem 0}
    figure{margin:0;max-width:100%}figure img{display:block;max-width:100%;height:auto;border:1px solid var(--line)}
    figcaption{font-size:.82rem;color:var(--soft);max-width:22rem}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;font-size:.92rem}
    dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
    .bar{width:9rem;height:.7rem;vertical-align:middle;margin-right:.5rem}
    .bar .back{fill:#e4e8ec}.bar .fore{fill:#3c4a58}.bar .mark{stroke:var(--fake);stroke-width:1.5}
    .controls{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;margin:.8rem 0}
    .controls label{font-size:.85rem;color:var(--soft);display:block}
    input,select,button{font:inherit;padding:.35rem .6rem;border:1px solid #6b7580;border-radius:4px;background:#fff;color:var(--ink)}
    button{cursor:pointer}button[disabled]{color:var(--soft);border-color:var(--line);cursor:default}
    th button{border:0;background:none;padding:0;font-weight:600;text-decoration:underline dotted}
    [hidden]{display:none!important}
    footer{border-top:1px solid var(--line);margin-top:3rem;padding-top:1rem;padding-bottom:2rem;color:var(--soft);font-size:.88rem}
    @media (max-width:44rem){
    body{font-size:15px}.narrow{min-width:0;width:100%}th,td{padding:.35rem .35rem}
    .chart{overflow:visible}.chart text{font-size:16px}
    .files thead{position:absolute;left:-99rem}
    .files,.files tbody,.files tr,.files td{display:block;width:100%}
    .files tr{border:1px solid var(--line);border-radius:4px;margin:.6rem 0;padding:.3rem .2rem}
    .files td,.files td.path{border:0;min-width:0;padding:.1rem .5rem;text-align:left!important;white-space:normal}
    .files td::before{content:attr(data-label) " ";color:var(--soft);font-size:.82rem}
    dl{grid-template-columns:1fr}dt{margin-top:.3rem}
    }
    @media print{
    @page{size:A4;margin:16mm 14mm;@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif;color:#57606a}}
    body{font-size:10pt}main,header,footer{max-width:none;padding:0}
    .controls,nav,.skip,th button,#pager button{display:none}
    th[data-name]::before{content:attr(data-name)}
    .files{font-size:8.5pt}.files td.path{min-width:42mm}.chart{max-width:140mm}
    .card,tr,figure,.tiles,.chart,.legend,.note,li{break-inside:avoid}h2,h3,caption{break-after:avoid}
    .card.long{break-inside:auto}.card dl{font-size:8.5pt;line-height:1.35;break-inside:avoid}
    .card h3+.pictures{float:right;margin:0 0 3mm 5mm}.card h3+.pictures img{max-width:48mm;max-height:60mm}.card h3+.pictures figcaption{max-width:48mm}
    .card dl .hash{font-size:6.4pt;line-height:2}
    .card dl~p,.card .pictures~.pictures{clear:both}.card .pictures~.pictures{display:block;break-inside:avoid}
    .card .pictures~.pictures img{max-width:125mm;max-height:125mm}
    .card figure+figure{margin-top:4mm}.card figure+figure img{max-width:104mm;max-height:104mm}
    .tiles,th,.note,.bar,.chart,.legend{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    a{color:inherit;text-decoration:none}details.extra{display:none}
    details.list summary{list-style:none;color:inherit}
    }
    @media print{details.list::details-content{content-visibility:visible;display:block}}

    """
