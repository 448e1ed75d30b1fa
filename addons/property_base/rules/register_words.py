# SPDX-License-Identifier: LGPL-3.0-or-later
"""Words that name the columns of a register, Chinese and English.

They are compared without spaces, case, punctuation and what stands in brackets.
"""

SYNONYMS: dict[str, tuple[str, ...]] = {
    name: tuple(words.split())
    for name, words in {
        "building": """
            楼栋 楼栋号 栋号 楼号 幢号 幢 栋 楼宇 楼座 座号 楼幢 楼栋名称 楼宇名称 座 楼
            building buildingno buildingnumber buildingcode bldg block tower
        """,
        "entrance": """
            单元 单元号 单元门 梯号 门牌单元 单元名称 entrance stairwell staircase stair
            entranceno section
        """,
        "floor": """
            楼层 层 层数 所在层 所在楼层 层号 floor storey story level floorno
        """,
        "number": """
            房号 室号 房间号 户号 门牌号 门号 室 房屋号 房屋编号 房间 房间编号 单元房号 商铺号
            铺位号 户室号 房产编号 number room roomno roomnumber unitno unitnumber unit door
            doorno flat flatno apartment apartmentno apt suite
        """,
        "address": """
            房屋地址 房产地址 地址 房屋坐落 坐落 房产全称 房屋全称 房产名称 房屋名称 楼栋房号
            楼栋单元房号 房屋信息 物业地址 address unitaddress property premises location
            fullnumber
        """,
        "usage": """
            用途 房屋用途 物业类型 房屋类型 性质 房屋性质 使用性质 业态 规划用途 类型 物业性质
            房产类型 usage use type unittype propertytype purpose
        """,
        "area": """
            建筑面积 面积 建面 产权面积 房屋面积 计费面积 收费面积 登记面积 总面积 实测面积
            area grossarea floorarea grossfloorarea builtarea buildingarea gfa totalarea size
            areasqm aream2
        """,
        "inner_area": """
            套内面积 套内建筑面积 使用面积 套内 室内面积 innerarea netarea internalarea
            usablearea carpetarea netfloorarea
        """,
        "owner": """
            业主姓名 业主 业主名称 产权人 产权人姓名 姓名 户主 户主姓名 房主 所有权人 权利人
            购房人 客户姓名 客户名称 业主(产权人) owner ownername owners name fullname
            proprietor holder principalowner
        """,
        "co_owner": """
            共有人 共有人姓名 共同共有人 产权共有人 其他产权人 共有业主 第二业主 共有权人 配偶
            coowner coowners jointowner jointowners secondowner otherowners
        """,
        "share": """
            产权份额 份额 共有份额 产权比例 持有比例 占比 共有比例 比例 share shares
            ownershipshare percentage ownership
        """,
        "phone": """
            联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 移动电话 业主电话 联系号码
            联系人电话 业主手机 phone mobile tel telephone phoneno phonenumber mobileno
            mobilephone contact contactnumber contactphone cell cellphone
        """,
        "id_number": """
            身份证后四位 身份证后4位 身份证 身份证号 身份证号码 证件号 证件号码 证件后四位
            身份证尾号 证件尾号 idtail idlast4 last4digitsofid lastfourofid idnumber idno
            idcard identity identitynumber idcardlast4 last4ofid id
        """,
        "delivery_date": """
            交付日期 交房日期 交房时间 交付时间 收房日期 收房时间 入伙日期 接房日期 入住日期
            入住时间 交楼日期 handover handoverdate deliverydate delivered deliveredon movein
            moveindate possessiondate
        """,
        "state": """
            房屋状态 状态 入住状态 入住情况 使用状态 居住状态 居住情况 销售状态 使用情况 state
            status occupancy occupancystatus
        """,
        "note": """
            备注 说明 附注 备考 其他说明 remark remarks note notes comment comments
        """,
        "price": """
            物业费单价 单价 收费标准 物业费标准 物业费 物业费收费标准 物业服务费单价 price
            feerate rate unitprice feeprice servicefee servicefeerate propertyfeerate
            pricepersqm pricesqm
        """,
        "parking_space": """
            车位号 车位 车位编号 停车位 车库号 泊位号 parking parkingspace parkingspaceno
            space spaceno bay bayno garage parkingbay parkingno
        """,
        "plate": """
            车牌号 车牌 车牌号码 车号 车辆号牌 号牌 plate plateno platenumber licenseplate
            licenceplate vehicle vehicleplate carplate carno registration
        """,
    }.items()
}
