// What sorts and filters the table of files; without it a report shows the first of them and nothing else is lost.

/// The script. It reads the rows from the page, builds elements and sets text, never markup, and asks nothing of any network.
let reportScript = """
    (function(){
    'use strict';
    var data=JSON.parse(document.getElementById('rows').textContent),rows=data.rows,names=data.names,marks=data.marks;
    var body=document.querySelector('#files tbody'),find=document.getElementById('find'),show=document.getElementById('show');
    var status=document.getElementById('found'),back=document.getElementById('back'),next=document.getElementById('next');
    var size=100,page=0,column=2,falling=true,chosen=[];
    var lower=rows.map(function(r){return r[0].toLowerCase();});
    function cell(tr,label,text,kind){
      var td=document.createElement('td');td.setAttribute('role','cell');td.setAttribute('data-label',label);
      if(kind)td.className=kind;td.textContent=text;tr.appendChild(td);return td;}
    function draw(){
      var end=Math.min(chosen.length,(page+1)*size);
      body.textContent='';
      for(var i=page*size;i<end;i++){
        var r=rows[chosen[i]],tr=document.createElement('tr');tr.setAttribute('role','row');
        var td=cell(tr,'','','path'),b=document.createElement('bdi');b.textContent=r[0];
        if(r[8]){var a=document.createElement('a');a.href='#file-'+r[8];a.appendChild(b);td.appendChild(a);}else td.appendChild(b);
        cell(tr,'',marks[r[1]]+' '+names[r[1]],'v '+names[r[1]]);
        for(var c=2;c<5;c++)cell(tr,['fused','spatial','frequency'][c-2],r[c]===null?'':r[c].toFixed(3),'n');
        cell(tr,'',data.why[r[5]]);cell(tr,'',r[6]);cell(tr,'bytes',r[7]===null?'':r[7].toLocaleString('en'),'n');
        body.appendChild(tr);}
      status.textContent=chosen.length?(page*size+1).toLocaleString('en')+' to '+end.toLocaleString('en')+' of '+chosen.length.toLocaleString('en')+' '+data.unit:'no '+data.unit;
      back.disabled=page===0;next.disabled=end>=chosen.length;}
    function choose(){
      var text=find.value.toLowerCase(),kind=show.value;chosen=[];
      for(var i=0;i<rows.length;i++){
        var s=rows[i][1];
        if(kind==='flagged'?s>1:kind!=='all'&&names[s]!==kind)continue;
        if(text&&lower[i].indexOf(text)<0)continue;
        chosen.push(i);}
      if(column>=0)chosen.sort(function(p,q){
        var a=rows[p][column],b=rows[q][column];
        if(column===5){a=data.why[a];b=data.why[b];}
        if(a===b)return p-q;
        if(a===null)return 1;if(b===null)return -1;
        return (a<b?-1:1)*(falling?-1:1);});
      page=0;draw();}
    Array.prototype.forEach.call(document.querySelectorAll('#files th'),function(th,i){
      var button=document.createElement('button');button.type='button';button.textContent=th.textContent;
      th.setAttribute('data-name',th.textContent);th.textContent='';th.appendChild(button);
      button.addEventListener('click',function(){
        falling=column===i?!falling:i>1&&i<5||i===7;column=i;
        Array.prototype.forEach.call(document.querySelectorAll('#files th'),function(o){o.removeAttribute('aria-sort');});
        th.setAttribute('aria-sort',falling?'descending':'ascending');choose();});});
    find.addEventListener('input',choose);show.addEventListener('change',choose);
    back.addEventListener('click',function(){page--;draw();});
    next.addEventListener('click',function(){page++;draw();});
    var opened=[];
    addEventListener('beforeprint',function(){
      opened=Array.prototype.filter.call(document.querySelectorAll('details.list'),function(d){var is=!d.open;d.open=true;return is;});});
    addEventListener('afterprint',function(){opened.forEach(function(d){d.open=false;});});
    column=-1;show.value=data.flagged?'flagged':'all';
    document.getElementById('controls').hidden=false;document.getElementById('pager').hidden=false;
    document.getElementById('few').hidden=true;
    choose();
    }());

    """
